-- Uses an agent session: changes state, adds to the transcript, reads, and gives both keys their whole life again. One
-- step on both keys: a session that ended in between would leave half of itself behind, and the next one would find it.
-- KEYS: the hash, the stream.
-- ARGV: life in ms; most messages; most bytes of state; how old the copy may become in ms, 0 without copies; how many of
-- the last messages to read, -1 for neither messages nor state; the number of fields, these with their values; messages
-- Gives {whether the copy is to be written, whose session it is, {fields and values}, {last messages, the latest first}};
-- 0: there is no such session, or it is not whole; -1: too much state, and nothing has been done.
local life, most, last, count = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[5]), tonumber(ARGV[6])
local said = redis.pcall('HGET', KEYS[1], 'said')
local total = type(said) == 'string' and tonumber(said)
if not total then return 0 end
-- One key may have been evicted, or planted, without the other.
if redis.pcall('XLEN', KEYS[2]) ~= math.min(total, most) then return 0 end

local first = 7
if count > 0 then
    local bytes = tonumber(redis.call('HGET', KEYS[1], 'bytes')) or 0
    for place = first, first + 2 * count - 1, 2 do
        local old = redis.call('HSTRLEN', KEYS[1], ARGV[place])
        if old == 0 then bytes = bytes + #ARGV[place] else bytes = bytes - old end
        bytes = bytes + #ARGV[place + 1]
    end
    if bytes > tonumber(ARGV[3]) then return -1 end
    redis.call('HSET', KEYS[1], 'bytes', bytes)
    for place = first, first + 2 * count - 1, 2 do
        redis.call('HSET', KEYS[1], ARGV[place], ARGV[place + 1])
    end
end

for place = first + 2 * count, #ARGV do
    redis.call('XADD', KEYS[2], 'MAXLEN', '=', most, '*', 'm', ARGV[place])
end
local added = #ARGV - 6 - 2 * count
if added > 0 then redis.call('HSET', KEYS[1], 'said', string.format('%d', total + added)) end
redis.call('PEXPIRE', KEYS[1], life)
redis.call('PEXPIRE', KEYS[2], life)

-- Claimed here, so that one process writes the copy and not all of them.
local due = 0
local copied = tonumber(redis.call('HGET', KEYS[1], 'copied'))
if copied and tonumber(ARGV[4]) > 0 then
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    if now - copied >= tonumber(ARGV[4]) then
        due = 1
        redis.call('HSET', KEYS[1], 'copied', string.format('%d', now))
    end
end
local about = redis.call('HGET', KEYS[1], 'about')
if last < 0 then return {due, about, {}, {}} end
return {
    due,
    about,
    redis.call('HGETALL', KEYS[1]),
    last > 0 and redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', last) or {},
}
