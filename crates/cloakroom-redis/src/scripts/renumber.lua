-- Gives the record of an owner a newer number.
-- KEYS: record
-- ARGV: the owner, the number
local owner, number = ARGV[1], ARGV[2]
local record = redis.call('GETRANGE', KEYS[1], 0, 51 + #owner)
if string.sub(record, 53) ~= owner then
  return 0
end
if string.sub(record, 36, 36) == '\0' or less(string.sub(record, 37, 44), number) then
  redis.call('SETRANGE', KEYS[1], 35, '\1' .. number)
end
return 1
