-- What to do with a key that has lost its expiry: it gets one, or goes. In one step, because its owner may be writing it anew
-- with an expiry, and because what lies there may be of another type by now, and then is not ours.
-- KEYS[1] the key; ARGV: its type, a field that a hash of ours has or '', its life in ms or 0 to remove it
if redis.call('PTTL', KEYS[1]) ~= -1 or redis.call('TYPE', KEYS[1]).ok ~= ARGV[1] then return 0 end
if ARGV[2] ~= '' and redis.call('HEXISTS', KEYS[1], ARGV[2]) == 0 then return 0 end
if ARGV[3] == '0' then return redis.call('UNLINK', KEYS[1]) end
return redis.call('PEXPIRE', KEYS[1], ARGV[3])
