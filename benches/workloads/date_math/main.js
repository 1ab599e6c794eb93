function pad(n) { return n < 10 ? "0" + n : "" + n; }
function main() {
  const texts = [];
  for (let m = 1; m <= 12; m++) for (let d = 1; d <= 28; d++) texts.push("2024-" + pad(m) + "-" + pad(d));
  const n = texts.length;
  let h = 0, s = "";
  for (let i = 0; i < 300000; i++) {
    const d = new Date(texts[i % n]);
    d.setUTCDate(d.getUTCDate() + i % 400);
    s = pad(d.getUTCDate()) + "/" + pad(d.getUTCMonth() + 1) + "/" + d.getUTCFullYear();
    h = (h * 31 + Number(s.substring(0, 2))) % 1000003;
  }
  console.log(h + " " + s);
}
main();
