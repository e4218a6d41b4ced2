-- Enters a session in the index of its user, or moves its end. One step, so that nobody gets past the most of a user.
-- KEYS[1]  the ZSET of the user: digests by the time of their end
-- ARGV     now, digest, its end, the most there may be
-- Returns  the digests that have to make room: those that end first
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[2])
local crowded_out = redis.call('ZRANGE', KEYS[1], 0, -1 - tonumber(ARGV[4]))
for _, digest in ipairs(crowded_out) do
  redis.call('ZREM', KEYS[1], digest)
end
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2] or ARGV[3]
redis.call('EXPIREAT', KEYS[1], math.ceil(tonumber(last)))
return crowded_out
