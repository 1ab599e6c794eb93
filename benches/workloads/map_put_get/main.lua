-- LuaJIT would print a big double with an exponent.
local function show(v) return string.format("%.0f", v) end
local m, s = {}, 0
for i = 0, 999999 do m["k" .. i] = i end
for i = 0, 999999 do s = s + m["k" .. i] end
for i = 0, 999999 do
  local k = "k" .. i
  m[k] = m[k] + 1
end
local size = 0
for _ in pairs(m) do size = size + 1 end
print(show(s) .. " " .. size .. " " .. show(m["k999999"]))
