-- What the scripts of a subject's index share. See `layout.rs` for the bytes of an entry.

local NONE = pack('>I8', 0)
-- For so long after its stamp a record may still come. Microseconds.
local COMING = 60000000

local function member_of(field)
  return sub(field, 1, -9)
end

local function number_of(entry)
  return sub(entry, 9, 16)
end

local function successor_of(entry)
  return sub(entry, 18)
end

local function is_coming(field, time)
  return time - unpack('>I8', field, #field - 7) <= COMING
end

-- Takes an entry out. What it was to displace goes on to what displaces it, or stays.
local function leave(index, field)
  local entry = call('HGET', index, field)
  if not entry then
    return
  end
  call('HDEL', index, field)
  if sub(entry, 17, 17) == '\1' then
    local all = call('HGETALL', index)
    for at = 1, #all, 2 do
      if successor_of(all[at + 1]) == field then
        local moved = sub(all[at + 1], 1, 17) .. successor_of(entry)
        call('HSET', index, all[at], moved)
      end
    end
  end
end
