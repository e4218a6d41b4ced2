-- The leader of a flight gives its lease back: only if it is still its own, for meanwhile it may have run out and be another's.
-- KEYS[1] the lease; ARGV: the leader's token
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
