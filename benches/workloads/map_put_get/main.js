function main() {
  const m = new Map();
  let s = 0;
  for (let i = 0; i < 1000000; i++) m.set("k" + i, i);
  for (let i = 0; i < 1000000; i++) s += m.get("k" + i);
  for (let i = 0; i < 1000000; i++) {
    const k = "k" + i;
    m.set(k, m.get(k) + 1);
  }
  console.log([s, m.size, m.get("k999999")].join(" "));
}
main();
