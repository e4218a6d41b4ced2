-- Counts an attempt, unless the log of the last `window` holds as many as are allowed: two web servers must not both see
-- room for one more. Answers 0 for one that counts, else after how many microseconds there is room again.
-- The time is this server's, so that web servers whose clocks differ agree. An attempt has a token: one that is sent
-- twice, because its reply was lost, counts once.
-- KEYS[1] the log; ARGV: the attempt's token, how many are allowed, the window in microseconds
local kind = redis.call('TYPE', KEYS[1])['ok']
if kind ~= 'zset' and kind ~= 'none' then redis.call('DEL', KEYS[1]) end
local time = redis.call('TIME')
local now, allowed, window = time[1] * 1000000 + time[2], tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
-- Entries from a future that a clock was set back from: nobody waits for longer than two windows.
redis.call('ZREMRANGEBYSCORE', KEYS[1], now + window, '+inf')
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
local count = redis.call('ZCARD', KEYS[1])
if count >= allowed then
    local first = redis.call('ZRANGE', KEYS[1], count - allowed, count - allowed, 'WITHSCORES')
    return first[2] + window - now
end
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('PEXPIRE', KEYS[1], math.ceil(window / 1000) + 1000)
return 0
