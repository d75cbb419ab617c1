-- Lets a session into its subject's index, if the subject's number and the limit allow it.
-- KEYS: number, index
-- ARGV: the session's member, when it began, its number (or empty), its absolute deadline (or
--       empty), how many sessions there may be (0: any number), `refuse` or `displace`, whether
--       the records were looked at, how many fields of dead sessions follow, those, fields of
--       entries without a record
local member, created, number_found, absolute = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local max = tonumber(ARGV[5])
local number = call('GET', KEYS[1]) or NONE
if number_found ~= '' and less(number_found, number) then
  return { 'signed out' }
end
local time = micros()
local displaced = {}
if max > 0 and call('HLEN', KEYS[2]) >= max then
  if ARGV[7] == '0' then
    return { 'full' }
  end
  local dead, last = {}, 8 + ARGV[8]
  for at = 9, #ARGV do
    if at <= last then
      dead[ARGV[at]] = true
    elseif not is_coming(ARGV[at], time) then
      leave(KEYS[2], ARGV[at])
    end
  end
  -- Each session that nothing displaces holds a seat, those that are still coming too.
  local all, seats = call('HGETALL', KEYS[2]), {}
  for at = 1, #all, 2 do
    local field, entry = all[at], all[at + 1]
    local is_ended = dead[field] or less(number_of(entry), number)
    if not is_ended and successor_of(entry) == '' then
      seats[#seats + 1] = { field = field, entry = entry, created = sub(entry, 1, 8) }
    end
  end
  local surplus = #seats + 1 - max
  if surplus > 0 and ARGV[6] == 'refuse' then
    return { 'too many' }
  end
  table.sort(seats, function(a, b)
    if a.created == b.created then
      return less(sub(a.field, -8), sub(b.field, -8))
    end
    return less(a.created, b.created)
  end)
  for at = 1, surplus do
    displaced[at] = seats[at]
  end
end
local stamp = pack('>I8', time)
while call('HEXISTS', KEYS[2], member .. stamp) == 1 do
  time = time + 1
  stamp = pack('>I8', time)
end
local answer = { 'in', number, stamp }
local displaces = #displaced > 0 and '\1' or '\0'
for _, seat in ipairs(displaced) do
  call('HSET', KEYS[2], seat.field, sub(seat.entry, 1, 17) .. member .. stamp)
  answer[#answer + 1] = seat.field
end
local is_first = call('EXISTS', KEYS[2]) == 0
call('HSET', KEYS[2], member .. stamp, created .. number .. displaces)
-- The index goes a day after the last of its sessions can have ended.
local expiry = absolute ~= '' and unpack('>I8', absolute) + 2 * DAY or EXACT
if expiry >= EXACT then
  call('PERSIST', KEYS[2])
elseif is_first then
  call('PEXPIREAT', KEYS[2], string.format('%.0f', expiry))
else
  -- One without an expiry counts as later than any.
  call('PEXPIREAT', KEYS[2], string.format('%.0f', expiry), 'GT')
end
return answer
