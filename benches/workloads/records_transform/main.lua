-- LuaJIT would print a big double with an exponent.
local function show(v) return string.format("%.0f", v) end
local stages = { "Won", "Open", "Hold", "Lost", "New" }
local regions = { "north", "south", "east", "west" }
local recs, x = {}, 42
for i = 0, 199999 do
  x = (x * 16807) % 2147483647
  recs[#recs + 1] = {
    id = "R" .. i, name = "Name " .. (i % 1000), stage = stages[x % 5 + 1], amount = x % 100000,
    qty = x % 9 + 1, price = x % 500 + 1, discount = x % 30, region = regions[x % 4 + 1],
    owner = "u" .. (x % 50), active = x % 2 == 0,
  }
end
local out, totals = {}, { north = 0, south = 0, east = 0, west = 0 }
for _, r in ipairs(recs) do
  if r.stage ~= "Lost" and r.amount > 20000 then
    local net = r.qty * r.price * (100 - r.discount)
    local tier = "C"
    if net > 100000 then tier = "A" elseif net > 20000 then tier = "B" end
    out[#out + 1] = { id = r.id, name = r.name, region = r.region, tier = tier, net = net }
    totals[r.region] = totals[r.region] + net
  end
end
local a = 0
for _, o in ipairs(out) do if o.tier == "A" then a = a + 1 end end
print(#out .. " " .. a .. " " .. show(totals.north) .. " " .. show(totals.south) .. " " .. show(totals.east) .. " " .. show(totals.west))
