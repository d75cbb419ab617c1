-- Whether a record is alive. See `layout.rs` for the bytes of a record.
--
-- Instants and numbers are 8 bytes, the highest first. They are compared in halves, since a number
-- of Lua is exact up to 2^53 only; what Redis itself is told (an expiry, a score) is a number.
-- These functions are made anew in each call, so a script has only the parts that it needs.

local sub, unpack, pack, call = string.sub, struct.unpack, struct.pack, redis.call

local function less(a, b)
  local a_high, a_low = unpack('>I4I4', a)
  local b_high, b_low = unpack('>I4I4', b)
  return a_high < b_high or (a_high == b_high and a_low < b_low)
end

-- The floor of a record's scope, or nil.
local function floor_of(floors, record)
  local scope = sub(record, 61, 60 + unpack('>I4', record, 53))
  local at = 1
  while at <= #floors do
    local length = unpack('>I4', floors, at)
    local time = at + 4 + length
    if sub(floors, at + 4, time - 1) == scope then
      return sub(floors, time, time + 7)
    end
    at = time + 8
  end
  return nil
end

local function is_below(floor, record)
  return floor ~= nil and less(sub(record, 28, 35), floor)
end

local function is_live(record, floors, now)
  local now_high, now_low = unpack('>I4I4', now)
  local has_idle, idle_high, idle_low, has_end, end_high, end_low =
    unpack('>I1I4I4I1I4I4', record, 10)
  if has_idle == 1 and (idle_high < now_high or (idle_high == now_high and idle_low <= now_low)) then
    return false
  end
  if has_end == 1 and (end_high < now_high or (end_high == now_high and end_low <= now_low)) then
    return false
  end
  return not floors or not is_below(floor_of(floors, record), record)
end
