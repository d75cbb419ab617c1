-- Removes a record, alive or not.
-- KEYS: record, ends, high
-- ARGV: its member in `ends`
local record = call('GET', KEYS[1])
if not record then
  return false
end
drop(KEYS[1], record, KEYS[2], KEYS[3], ARGV[1])
return head(record)
