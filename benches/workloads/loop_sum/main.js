function main() {
  let s = 0;
  for (let a = 0; a < 1000; a++) {
    for (let b = 0; b < 10000; b++) {
      const i = a * 10000 + b;
      if (i % 3 === 0) s = s + i; else s = s + 1;
    }
  }
  console.log(String(s));
}
main();
