-- Begins an agent session, empty or with what is known of it, unless it runs: whoever comes second finds that of the first.
-- One step on both keys, so that nobody sees a session without its transcript, or with that of an earlier one.
-- KEYS: the hash, the stream.
-- ARGV: life in ms; most messages; "anew" to begin in place of one that runs, or ""; "copied" if there is a copy of it, or
-- ""; the number of fields, these with their values; messages
-- Gives 1; 0: it runs already, and has its whole life again.
local life, most, count = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[5])
if ARGV[3] ~= 'anew' then
    local said = redis.pcall('HGET', KEYS[1], 'said')
    local total = type(said) == 'string' and tonumber(said)
    if total and redis.pcall('XLEN', KEYS[2]) == math.min(total, most) then
        redis.call('PEXPIRE', KEYS[1], life)
        redis.call('PEXPIRE', KEYS[2], life)
        return 0
    end
end
redis.call('DEL', KEYS[1], KEYS[2])
local first, bytes = 6, 0
for place = first, first + 2 * count - 1, 2 do
    redis.call('HSET', KEYS[1], ARGV[place], ARGV[place + 1])
    bytes = bytes + #ARGV[place] + #ARGV[place + 1]
end
for place = first + 2 * count, #ARGV do
    redis.call('XADD', KEYS[2], 'MAXLEN', '=', most, '*', 'm', ARGV[place])
end
redis.call('HSET', KEYS[1], 'said', #ARGV - 5 - 2 * count, 'bytes', bytes)
if ARGV[4] == 'copied' then
    local time = redis.call('TIME')
    redis.call('HSET', KEYS[1], 'copied', string.format('%d', time[1] * 1000 + math.floor(time[2] / 1000)))
end
redis.call('PEXPIRE', KEYS[1], life)
redis.call('PEXPIRE', KEYS[2], life)
return 1
