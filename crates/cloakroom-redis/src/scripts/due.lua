-- What a sweep has to look at: floors that `ends` does not know of, and members that are due.
-- KEYS: ends, work
-- ARGV: before when, how many
return {
  redis.call('HGETALL', KEYS[2]),
  redis.call('ZRANGE', KEYS[1], '-inf', '(' .. ARGV[1], 'BYSCORE', 'LIMIT', 0, ARGV[2]),
}
