-- Writing a record.

local DAY = 24 * 60 * 60 * 1000
local EXACT = 2 ^ 53

-- The server's time in microseconds.
local function micros()
  local time = call('TIME')
  return time[1] * 1000000 + time[2]
end

-- The earlier deadline, in milliseconds.
local function deadline(record)
  local has_idle, idle, has_end, ends = unpack('>I1I8I1I8', record, 10)
  if has_idle == 0 then
    idle = math.huge
  end
  if has_end == 1 and ends < idle then
    return ends
  end
  return idle
end

-- Writes a record; the server drops it a day after its end, if nobody has before.
local function keep(key, record)
  local expiry = deadline(record) + DAY
  if expiry < EXACT then
    call('SET', key, record, 'PXAT', string.format('%.0f', expiry))
  else
    call('SET', key, record)
  end
end
