-- Gives the record of an owner a newer number.
-- KEYS: record
-- ARGV: the owner, the number
local owner, number = ARGV[1], ARGV[2]
local record = call('GETRANGE', KEYS[1], 0, 51 + #owner)
if sub(record, 53) ~= owner then
  return 0
end
if sub(record, 36, 36) == '\0' or less(sub(record, 37, 44), number) then
  call('SETRANGE', KEYS[1], 35, '\1' .. number)
end
return 1
