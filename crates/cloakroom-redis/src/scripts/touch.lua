-- Moves the idle deadline of a live record forward.
-- KEYS: record, floors
-- ARGV: now, the deadline
local idle = ARGV[2]
local new_idle = unpack('>I8', idle)
if has_end == 1 and ends < new_idle then
  idle, new_idle = sub(old, 20, 27), ends
end
if had_idle == 0 or new_idle <= old_idle then
  return 1
end
call('SETRANGE', KEYS[1], 10, idle)
local day = 24 * 60 * 60 * 1000
if new_idle - new_idle % day == old_idle - old_idle % day then
  -- The record has the expiry that it would be given.
  return 1
end
