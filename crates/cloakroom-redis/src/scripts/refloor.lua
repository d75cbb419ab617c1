-- Tells `ends` of the floors.
-- KEYS: floors, ends, records
-- ARGV: the members of the records in `ends`
local floors = call('GET', KEYS[1])
for at = 1, #ARGV do
  local record = call('GETRANGE', KEYS[at + 2], 0, 59)
  if record ~= '' then
    local scope = unpack('>I4', record, 53)
    record = call('GETRANGE', KEYS[at + 2], 0, 59 + scope)
    local floor = floors and floor_of(floors, record) or nil
    if is_below(floor, record) then
      -- Lower only, and nothing that has been removed meanwhile.
      call('ZADD', KEYS[2], 'XX', 'LT', score((unpack('>I8', floor))), ARGV[at])
    end
  end
end
return #ARGV
