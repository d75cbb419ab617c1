-- The floors, and the beginnings of records; empty where there is none.
-- KEYS: floors, records
-- ARGV: how many bytes
local heads = { redis.call('GET', KEYS[1]) or '' }
for at = 2, #KEYS do
  heads[at] = redis.call('GETRANGE', KEYS[at], 0, ARGV[1] - 1)
end
return heads
