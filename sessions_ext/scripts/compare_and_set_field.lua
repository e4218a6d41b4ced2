-- Writes a field of a session if it still is what the caller has seen.
-- KEYS[1]  the HASH of the session
-- ARGV     field, "present" or "absent", the bytes that were seen, the new ones
-- Returns  1 when it was written, 0 when another one was faster, -1 when there is no such session
if redis.call('HEXISTS', KEYS[1], '@') == 0 then
  return -1
end
local present = redis.call('HGET', KEYS[1], ARGV[1])
local expected = ARGV[2] == 'present' and ARGV[3]
if present ~= expected then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[4])
return 1
