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

-- When the server drops a record with this deadline, if nobody has before: at the end of the day
-- after it, so that moving a deadline within a day moves nothing else. Nil for never.
local function expiry_of(time)
  local expiry = time - time % DAY + 2 * DAY
  -- Also false for what is no number any more.
  if expiry < EXACT then
    return string.format('%.0f', expiry)
  end
  return nil
end

local function keep(key, record)
  local expiry = expiry_of(deadline(record))
  if expiry then
    call('SET', key, record, 'PXAT', expiry)
  else
    call('SET', key, record)
  end
end
