-- Where the record's expiry moves.
local expiry = expiry_of(new_idle)
if expiry then
  call('PEXPIREAT', KEYS[1], expiry)
else
  call('PERSIST', KEYS[1])
end
return 1
