-- The index of ends.

-- When a record ends, a floor considered.
local function ends_at(record, floors)
  local ends = deadline(record)
  local floor = floors and floor_of(floors, record)
  if floor and is_below(floor, record) then
    ends = math.min(ends, (unpack('>I8', floor)))
  end
  return ends
end

local function score(ends)
  if ends == math.huge then
    return '+inf'
  end
  return string.format('%.0f', ends)
end
