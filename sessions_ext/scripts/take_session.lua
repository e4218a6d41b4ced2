-- Ends a session and tells what was in it. One step, so that no write gets lost between the look and the end.
-- KEYS[1]  the HASH of the session
-- Returns  its fields and values
local fields = {}
if redis.call('TYPE', KEYS[1]).ok == 'hash' then
  fields = redis.call('HGETALL', KEYS[1])
end
redis.call('DEL', KEYS[1])
return fields
