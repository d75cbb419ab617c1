-- A subject's number, the server's time, and the entries of the index.
-- KEYS: number, index
return {
  redis.call('GET', KEYS[1]) or NONE,
  struct.pack('>I8', micros()),
  redis.call('HGETALL', KEYS[2]),
}
