function main() {
  const status = ["New", "Open", "Closed"], recs = [];
  for (let i = 0; i < 16; i++) {
    recs.push('{"id":"' + (1000 + i) + '","Last_Name":"Name' + i + '","Company":"Company ' + (i % 7)
      + ' Ltd","Source":"Web download form","Email":"user' + i + '@example.test","Phone":"+1-555-01' + (i + 10)
      + '","Lead_Status":"' + status[i % 3] + '","Annual_Revenue":' + (i * 1000 + 500) + ',"Rating":' + (i % 5)
      + ',"Owner":{"name":"Owner ' + (i % 4) + '","id":"9' + i + '"},"Tags":["x","y' + (i % 3)
      + '"],"Score":' + i + '.25,"Opted_Out":false,"Note":null}');
  }
  let block = recs.join(",");
  for (let i = 0; i < 10; i++) block = block + "," + block;
  const text = '{"data":[' + block + ']}';
  const doc = JSON.parse(text);
  let total = 0;
  for (const r of doc.data) {
    r.Annual_Revenue = r.Annual_Revenue + 100;
    r.Lead_Status = "Touched";
    r.Owner_Name = r.Owner.name;
    total += r.Annual_Revenue;
  }
  const out = JSON.stringify(doc);
  console.log([text.length, out.length, total].join(" "));
}
main();
