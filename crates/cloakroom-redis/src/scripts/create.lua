-- Keeps a new record.
-- KEYS: record, floors, ends, high, mark
-- ARGV: the record, now, its member in `ends`, its field in `mark` (empty without a subject)
local new, now, member, field = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local found = call('MGET', KEYS[1], KEYS[2], KEYS[4])
local old, floors, high = found[1], found[2], found[3]
if old and is_live(old, floors, now) then
  return { 'exists' }
end
local time = micros()
local version = time
if high then
  version = math.max(version, unpack('>I8', high) + 1)
end
if old then
  version = math.max(version, unpack('>I8', old, 2) + 1)
end
version = pack('>I8', version)
if field ~= '' then
  local late = time - unpack('>I8', new, 45)
  if math.abs(late) > 30000000 then
    return { 'late' }
  end
  local mark = call('HGET', KEYS[5], field)
  if mark == 'displaced' then
    call('SET', KEYS[4], version)
  end
  if mark then
    return { mark, version }
  end
end
new = sub(new, 1, 1) .. version .. sub(new, 10)
keep(KEYS[1], new)
call('ZADD', KEYS[3], score(ends_at(new, floors)), member)
return { 'created', version, old and head(old) or '' }
