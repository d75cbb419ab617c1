-- Moves the idle deadline of a live record forward.
-- KEYS: record, floors
-- ARGV: the deadline, now
local found = call('MGET', KEYS[1], KEYS[2])
local record = found[1]
if not record or not is_live(record, found[2], ARGV[2]) then
  return 0
end
local idle = ARGV[1]
if sub(record, 19, 19) == '\1' and less(sub(record, 20, 27), idle) then
  idle = sub(record, 20, 27)
end
if sub(record, 10, 10) == '\1' and less(sub(record, 11, 18), idle) then
  call('SETRANGE', KEYS[1], 10, idle)
  local expiry = unpack('>I8', idle) + DAY
  if expiry < EXACT then
    call('PEXPIREAT', KEYS[1], string.format('%.0f', expiry))
  else
    call('PERSIST', KEYS[1])
  end
end
return 1
