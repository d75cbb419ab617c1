-- Ends all sessions of a subject, as far as its index goes: raises the number and gives it with
-- the fields of the sessions that are to end.
-- KEYS: number, index
-- ARGV: now, the member of the session that stays (or empty)
local number, now, except = call('GET', KEYS[1]) or NONE, ARGV[1], ARGV[2]
local high, low = unpack('>I4I4', number)
if low < 2 ^ 32 - 1 then
  low = low + 1
elseif high < 2 ^ 32 - 1 then
  high, low = high + 1, 0
end
number = pack('>I4I4', high, low)
if less(number, now) then
  number = now
end
call('SET', KEYS[1], number)
local answer = { number }
local all = call('HGETALL', KEYS[2])
for at = 1, #all, 2 do
  if member_of(all[at]) == except then
    call('HSET', KEYS[2], all[at], sub(all[at + 1], 1, 8) .. number .. '\0')
  else
    answer[#answer + 1] = all[at]
  end
end
return answer
