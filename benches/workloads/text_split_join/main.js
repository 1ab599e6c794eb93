function main() {
  const fields = [], parts = [];
  for (let i = 0; i < 64; i++) fields.push("  Field " + (i + 10) + " value ");
  let text = fields.join(",");
  for (let i = 0; i < 12; i++) text = text + "," + text;
  for (const p of text.split(",")) parts.push(p.trim().toUpperCase());
  const out = parts.join(";");
  console.log([parts.length, out.length, out.substring(0, 14)].join(" "));
}
main();
