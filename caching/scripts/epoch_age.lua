-- How many milliseconds ago the first process saw an epoch of Redis; the one that asks first begins the count.
-- KEYS[1] the epoch's key; ARGV: how long to keep it, in ms
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local found = redis.pcall('GET', KEYS[1])
local first = type(found) == 'string' and tonumber(found) or now
redis.call('SET', KEYS[1], string.format('%d', first), 'PX', ARGV[1])
return math.max(0, now - first)
