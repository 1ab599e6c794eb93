function main() {
  const l = [];
  let x = 42, s = 0;
  for (let i = 0; i < 1000000; i++) {
    x = (x * 16807) % 2147483647;
    l.push(x);
  }
  l.sort((a, b) => a - b);
  for (const v of l) s += v;
  console.log([s, l[0], l[500000], l[999999]].join(" "));
}
main();
