function main() {
  let s = "";
  for (let i = 0; i < 1000000; i++) s += "ab" + (i % 10);
  console.log(s.length + " " + s.substring(0, 9));
}
main();
