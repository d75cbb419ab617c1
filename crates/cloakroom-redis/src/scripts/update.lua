-- Replaces a live record of a version.
-- KEYS: record, floors, ends
-- ARGV: now, the version, the next version, the idle deadline, the record from its names on, its
--       member in `ends`
if sub(old, 2, 9) ~= ARGV[2] then
  return { old }
end
local idle = ARGV[4]
local has_idle, new_idle = unpack('>I1I8', idle)
if had_idle == 1 and has_idle == 1 and new_idle < old_idle then
  idle, new_idle = sub(old, 10, 18), old_idle
end
local new = '\1' .. ARGV[3] .. idle .. sub(old, 19, 52) .. ARGV[5]
local day = 24 * 60 * 60 * 1000
local same = new_idle - new_idle % day == old_idle - old_idle % day
if had_idle == has_idle and (has_idle == 0 or same) then
  -- `keep` would come to the expiry that the record has.
  call('SET', KEYS[1], new, 'KEEPTTL')
  return 1
end
