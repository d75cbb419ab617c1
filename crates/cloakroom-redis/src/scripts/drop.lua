-- Removing a record.

-- The record without what comes after scope and subject.
local function head(record)
  local scope, subject = unpack('>I4I4', record, 53)
  return sub(record, 1, 60 + scope + math.max(subject - 1, 0))
end

-- Removes a record. Its version is noted, so that the next record under the key goes on from there.
local function drop(key, record, ends, high, member)
  call('DEL', key)
  call('ZREM', ends, member)
  local version = sub(record, 2, 9)
  local highest = call('GET', high)
  if not highest or less(highest, version) then
    call('SET', high, version)
  end
end
