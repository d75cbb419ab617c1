-- Moves the idle deadline of a live record forward.
-- KEYS: record, floors
-- ARGV: the deadline, now
local found = redis.call('MGET', KEYS[1], KEYS[2])
local record = found[1]
if not record or not is_live(record, found[2], ARGV[2]) then
  return 0
end
local idle = ARGV[1]
if string.sub(record, 19, 19) == '\1' and less(string.sub(record, 20, 27), idle) then
  idle = string.sub(record, 20, 27)
end
if string.sub(record, 10, 10) == '\1' and less(string.sub(record, 11, 18), idle) then
  redis.call('SETRANGE', KEYS[1], 10, idle)
  local expiry = struct.unpack('>I8', idle) + DAY
  if expiry < EXACT then
    redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', expiry))
  else
    redis.call('PERSIST', KEYS[1])
  end
end
return 1
