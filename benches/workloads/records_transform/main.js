function main() {
  const stages = ["Won", "Open", "Hold", "Lost", "New"], regions = ["north", "south", "east", "west"];
  const recs = [], out = [], totals = { north: 0, south: 0, east: 0, west: 0 };
  let x = 42, a = 0;
  for (let i = 0; i < 200000; i++) {
    x = (x * 16807) % 2147483647;
    recs.push({
      id: "R" + i, name: "Name " + (i % 1000), stage: stages[x % 5], amount: x % 100000,
      qty: x % 9 + 1, price: x % 500 + 1, discount: x % 30, region: regions[x % 4],
      owner: "u" + (x % 50), active: x % 2 === 0,
    });
  }
  for (const r of recs) {
    if (r.stage !== "Lost" && r.amount > 20000) {
      const net = r.qty * r.price * (100 - r.discount);
      let tier = "C";
      if (net > 100000) tier = "A"; else if (net > 20000) tier = "B";
      out.push({ id: r.id, name: r.name, region: r.region, tier: tier, net: net });
      totals[r.region] = totals[r.region] + net;
    }
  }
  for (const o of out) if (o.tier === "A") a++;
  console.log([out.length, a, totals.north, totals.south, totals.east, totals.west].join(" "));
}
main();
