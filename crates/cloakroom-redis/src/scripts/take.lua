-- Removes a live record of a version.
-- KEYS: record, floors, ends, high
-- ARGV: now, the version, its member in `ends`
local found = call('MGET', KEYS[1], KEYS[2])
local record, floors = found[1], found[2]
if not record or not is_live(record, floors, ARGV[1]) then
  return false
end
if sub(record, 2, 9) ~= ARGV[2] then
  return { record }
end
drop(KEYS[1], record, KEYS[3], KEYS[4], ARGV[3])
return head(record)
