-- What the scripts share. See `layout.rs` for the bytes of a record.
--
-- Instants and numbers are 8 bytes, the highest first. They are compared in halves, since a number
-- of Lua is exact up to 2^53 only; what Redis itself is told (an expiry, a score) is a number.

local DAY = 24 * 60 * 60 * 1000
local EXACT = 2 ^ 53

local function less(a, b)
  local a_high, a_low = struct.unpack('>I4I4', a)
  local b_high, b_low = struct.unpack('>I4I4', b)
  return a_high < b_high or (a_high == b_high and a_low < b_low)
end

-- The server's time in microseconds.
local function micros()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

-- The floor of a record's scope, or nil.
local function floor_of(floors, record)
  if not floors then
    return nil
  end
  local scope = string.sub(record, 61, 60 + struct.unpack('>I4', record, 53))
  local at = 1
  while at <= #floors do
    local length = struct.unpack('>I4', floors, at)
    local time = at + 4 + length
    if string.sub(floors, at + 4, time - 1) == scope then
      return string.sub(floors, time, time + 7)
    end
    at = time + 8
  end
  return nil
end

local function is_below(floor, record)
  return floor ~= nil and less(string.sub(record, 28, 35), floor)
end

local function is_live(record, floors, now)
  if string.sub(record, 10, 10) == '\1' and not less(now, string.sub(record, 11, 18)) then
    return false
  end
  if string.sub(record, 19, 19) == '\1' and not less(now, string.sub(record, 20, 27)) then
    return false
  end
  return not is_below(floor_of(floors, record), record)
end

-- The earlier deadline, in milliseconds.
local function deadline(record)
  local ends = math.huge
  if string.sub(record, 10, 10) == '\1' then
    ends = struct.unpack('>I8', record, 11)
  end
  if string.sub(record, 19, 19) == '\1' then
    ends = math.min(ends, (struct.unpack('>I8', record, 20)))
  end
  return ends
end

-- When a record ends, a floor considered.
local function ends_at(record, floors)
  local ends = deadline(record)
  local floor = floor_of(floors, record)
  if is_below(floor, record) then
    ends = math.min(ends, (struct.unpack('>I8', floor)))
  end
  return ends
end

local function score(ends)
  if ends == math.huge then
    return '+inf'
  end
  return string.format('%.0f', ends)
end

-- Writes a record; the server drops it a day after its end, if nobody has before.
local function keep(key, record)
  local expiry = deadline(record) + DAY
  if expiry < EXACT then
    redis.call('SET', key, record, 'PXAT', string.format('%.0f', expiry))
  else
    redis.call('SET', key, record)
  end
end

-- The record without what comes after scope and subject.
local function head(record)
  local scope, subject = struct.unpack('>I4I4', record, 53)
  return string.sub(record, 1, 60 + scope + math.max(subject - 1, 0))
end

-- Removes a record. Its version is noted, so that the next record under the key goes on from there.
local function drop(key, record, ends, high, member)
  redis.call('DEL', key)
  redis.call('ZREM', ends, member)
  local version = string.sub(record, 2, 9)
  local highest = redis.call('GET', high)
  if not highest or less(highest, version) then
    redis.call('SET', high, version)
  end
end
