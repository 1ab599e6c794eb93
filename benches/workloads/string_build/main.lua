-- Appending to one string copies it each time in Lua: a table and one concat is how it is done there.
local parts = {}
for i = 0, 999999 do
  parts[i + 1] = "ab" .. (i % 10)
end
local s = table.concat(parts)
print(#s .. " " .. s:sub(1, 9))
