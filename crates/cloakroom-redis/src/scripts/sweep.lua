-- Removes records that ended before an instant, and puts right what `ends` says of the others.
-- Gives the members and heads of what it removed.
-- KEYS: floors, ends, high, records
-- ARGV: before when, the members of the records in `ends`
local floors, before = call('GET', KEYS[1]), tonumber(ARGV[1])
local swept = {}
for at = 2, #ARGV do
  local key, member = KEYS[at + 2], ARGV[at]
  local record = call('GETRANGE', key, 0, 59)
  if record == '' then
    call('ZREM', KEYS[2], member)
  else
    local scope, subject = unpack('>I4I4', record, 53)
    record = call('GETRANGE', key, 0, 59 + scope + math.max(subject - 1, 0))
    local ends = ends_at(record, floors)
    if ends < before then
      drop(key, record, KEYS[2], KEYS[3], member)
      swept[#swept + 1] = member
      swept[#swept + 1] = record
    else
      call('ZADD', KEYS[2], score(ends), member)
    end
  end
end
return swept
