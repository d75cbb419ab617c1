-- Takes entries out of an index.
-- KEYS: index
-- ARGV: their fields
for at = 1, #ARGV do
  leave(KEYS[1], ARGV[at])
end
return #ARGV
