-- Writes what changed in a session, or a new one, and gives it its idle time back.
-- One step, because a session that was ended meanwhile must not come back, and two savers must not see half of one another.
-- KEYS[1]  the HASH of the session
-- ARGV     "create" or "update", seconds of idle time, of life since "@" (when it began, by this server's clock), when it
--          began if it is restored or else "", "wipe" or "", number of fields to write, then fields with their values,
--          then fields to delete
-- Returns  seconds that it has left, 0 when it has none (it is deleted); -1 when nothing was done because it does not
--          exist (update) or exists (create)
local began = redis.call('HGET', KEYS[1], '@')
if (ARGV[1] == 'create') == (began ~= false) then
  return -1
end
local now = tonumber(redis.call('TIME')[1])
if not began then
  began = ARGV[4] ~= '' and ARGV[4] or tostring(now)
end
-- EXPIRE takes whole numbers only, and NaN (planted as "@") is neither more nor less than anything.
local left = math.floor(math.min(tonumber(ARGV[2]), (tonumber(began) or 0) + tonumber(ARGV[3]) - now))
if not (left > 0) then
  redis.call('DEL', KEYS[1])
  return 0
end
if ARGV[5] == 'wipe' then
  local kept = redis.call('HMGET', KEYS[1], '@browser', '@address', '@kept')
  redis.call('DEL', KEYS[1])
  for place, field in ipairs({ '@browser', '@address', '@kept' }) do
    if kept[place] then
      redis.call('HSET', KEYS[1], field, kept[place])
    end
  end
end
redis.call('HSET', KEYS[1], '@', began, '@seen', now)
local first_deleted = 7 + 2 * tonumber(ARGV[6])
-- In pieces: unpack puts everything on Lua's stack, which is not made for thousands.
for first = 7, first_deleted - 1, 1000 do
  redis.call('HSET', KEYS[1], unpack(ARGV, first, math.min(first + 999, first_deleted - 1)))
end
for first = first_deleted, #ARGV, 1000 do
  redis.call('HDEL', KEYS[1], unpack(ARGV, first, math.min(first + 999, #ARGV)))
end
redis.call('EXPIRE', KEYS[1], left)
return left
