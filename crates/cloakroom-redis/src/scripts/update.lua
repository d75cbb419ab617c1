-- Replaces a live record of a version.
-- KEYS: record, floors, ends
-- ARGV: the version, now, the record, its member in `ends`
local found = call('MGET', KEYS[1], KEYS[2])
local old, new = found[1], ARGV[3]
if not old or not is_live(old, found[2], ARGV[2]) then
  return false
end
if sub(old, 2, 9) ~= ARGV[1] then
  return { old }
end
local had, has = sub(old, 10, 10) == '\1', sub(new, 10, 10) == '\1'
local idle = sub(new, 10, 18)
if had and has and less(sub(idle, 2), sub(old, 11, 18)) then
  idle = sub(old, 10, 18)
end
-- By the time, so that a replica that missed an update does not give its version again.
local version = pack('>I8', math.max(micros(), unpack('>I8', old, 2) + 1))
new = sub(new, 1, 1) .. version .. idle .. sub(old, 19, 52) .. sub(new, 53)
keep(KEYS[1], new)
-- `ends` may have a record too early, never too late.
if has and not had then
  call('ZADD', KEYS[3], string.format('%.0f', deadline(new)), ARGV[4])
end
return version
