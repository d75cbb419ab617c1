-- Where the record's expiry moves.
keep(KEYS[1], new)
-- `ends` may have a record too early, never too late.
if has_idle == 1 and had_idle == 0 then
  call('ZADD', KEYS[3], string.format('%.0f', deadline(new)), ARGV[6])
end
return 1
