-- A subject's number, the server's time, and the entries of the index.
-- KEYS: number, index
return {
  call('GET', KEYS[1]) or NONE,
  pack('>I8', micros()),
  call('HGETALL', KEYS[2]),
}
