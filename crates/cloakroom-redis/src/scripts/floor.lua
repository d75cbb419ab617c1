-- Raises the floor of a scope, and notes that `ends` does not know of it yet.
-- KEYS: floors, work
-- ARGV: the scope, the floor
local floors, scope, floor = call('GET', KEYS[1]) or '', ARGV[1], ARGV[2]
local rest, at = {}, 1
while at <= #floors do
  local length = unpack('>I4', floors, at)
  local after = at + 12 + length
  if sub(floors, at + 4, at + 3 + length) == scope then
    if not less(sub(floors, after - 8, after - 1), floor) then
      return 0
    end
  else
    rest[#rest + 1] = sub(floors, at, after - 1)
  end
  at = after
end
rest[#rest + 1] = pack('>I4', #scope) .. scope .. floor
call('SET', KEYS[1], table.concat(rest))
call('HSET', KEYS[2], scope, floor)
return 1
