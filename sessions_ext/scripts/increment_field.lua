-- Adds to a whole number in a session that exists, so that of many who count at once each is counted.
-- KEYS[1]  the HASH of the session
-- ARGV     field, amount
-- Returns  the new number; nothing when there is no such session
if redis.call('HEXISTS', KEYS[1], '@') == 0 then
  return false
end
return redis.call('HINCRBY', KEYS[1], ARGV[1], ARGV[2])
