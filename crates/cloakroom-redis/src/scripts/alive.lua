-- What `update` and `touch` begin with: the record `old`, if it is alive; else nothing is answered.
-- KEYS: record, floors
-- ARGV: now
--
-- Written without functions, as these two are: each call of a script makes its functions anew, and
-- these two run on every write. Times are compared as numbers of Lua, which are exact until the
-- year 287,396.
local sub, unpack, call = string.sub, struct.unpack, redis.call
local found = call('MGET', KEYS[1], KEYS[2])
local old, floors = found[1], found[2]
if not old then
  return false
end
local now = unpack('>I8', ARGV[1])
local had_idle, old_idle, has_end, ends, created = unpack('>I1I8I1I8I8', old, 10)
if (had_idle == 1 and old_idle <= now) or (has_end == 1 and ends <= now) then
  return false
end
if floors then
  local scope, at = sub(old, 61, 60 + unpack('>I4', old, 53)), 1
  while at <= #floors do
    local time = at + 4 + unpack('>I4', floors, at)
    if sub(floors, at + 4, time - 1) == scope and created < unpack('>I8', floors, time) then
      return false
    end
    at = time + 8
  end
end
