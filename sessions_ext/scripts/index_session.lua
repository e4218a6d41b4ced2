-- Enters a session in the index of its user, or moves its end. One step, so that nobody gets past the most of a user.
-- KEYS[1]  the ZSET of the user: digests by the time of their end, by the clock of this server
-- ARGV     digest, seconds that it has left, the most there may be
-- Returns  the digests that have to make room: those that end first
if redis.call('TYPE', KEYS[1]).ok ~= 'zset' then
  redis.call('DEL', KEYS[1]) -- somebody's, or nothing
end
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])
local crowded_out = redis.call('ZRANGE', KEYS[1], 0, -1 - tonumber(ARGV[3]))
for _, digest in ipairs(crowded_out) do
  redis.call('ZREM', KEYS[1], digest)
end
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
redis.call('EXPIREAT', KEYS[1], string.format('%d', last[2]))
return crowded_out
