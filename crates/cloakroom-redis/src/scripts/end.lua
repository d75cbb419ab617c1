-- Ends sessions of one subject by the entries of its index. Gives how many were alive.
-- KEYS: floors, ends, high; of each session: record, mark
-- ARGV: now, the owner, what to mark those with whose record is not there, since it may come yet;
--       of each session: its member in `ends`, its stamp, its field in `mark`
local floors, now, owner, mark = call('GET', KEYS[1]), ARGV[1], ARGV[2], ARGV[3]
local live, key = 0, 4
for at = 4, #ARGV, 3 do
  local member, stamp, field = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local record = call('GETRANGE', KEYS[key], 0, 51 + #owner)
  if sub(record, 53) == owner and sub(record, 45, 52) == stamp then
    if is_live(record, floors, now) then
      live = live + 1
    end
    drop(KEYS[key], record, KEYS[2], KEYS[3], member)
  else
    call('HSET', KEYS[key + 1], field, mark)
    call('PEXPIRE', KEYS[key + 1], 60000)
  end
  key = key + 2
end
return live
