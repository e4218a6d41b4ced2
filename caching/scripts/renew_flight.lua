-- The leader of a flight is still alive: its lease begins anew, if it is still its own. What was lost is not taken back.
-- KEYS[1] the lease; ARGV: the leader's token, the lease in ms
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
