-- Adds what one process has counted to the sheets of a minute, of ten, of an hour and of all time, once: batches are numbered,
-- so that one whose reply was lost, or whose process was killed, may be sent again. All keys lie on one node. The number is
-- written first: if anything fails after it, counts are lost, but none is doubled.
-- KEYS[1] the last number of this process, KEYS[2..] the sheets; ARGV: the number, its life in s, the number of fields, then the
-- lives of the sheets in s, then fields and amounts
local sheets, fields = #KEYS - 1, tonumber(ARGV[3])
if redis.call('TYPE', KEYS[1])['ok'] ~= 'string' then redis.call('DEL', KEYS[1]) end
local last = tonumber(redis.call('GET', KEYS[1]) or 0) or 0
if last >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
for sheet = 1, sheets do
    local key = KEYS[sheet + 1]
    local kind = redis.call('TYPE', key)['ok']
    if kind ~= 'hash' and kind ~= 'none' then redis.call('DEL', key) end
    for place = 4 + sheets, 3 + sheets + 2 * fields, 2 do
        redis.pcall('HINCRBY', key, ARGV[place], ARGV[place + 1])
    end
    redis.call('EXPIRE', key, ARGV[3 + sheet])
end
return 1
