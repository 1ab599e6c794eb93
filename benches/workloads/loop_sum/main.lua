-- LuaJIT would print a big double with an exponent.
local function show(v) return string.format("%.0f", v) end
local s = 0
for a = 0, 999 do
  for b = 0, 9999 do
    local i = a * 10000 + b
    if i % 3 == 0 then s = s + i else s = s + 1 end
  end
end
print(show(s))
