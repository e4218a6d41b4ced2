-- Adds to the sheet of a day what one process has counted, once: it numbers its batches, so that one whose reply was lost
-- may be sent again. The number is written first: if anything fails after it, counts are lost, but none is doubled.
-- KEYS[1] the sheet; ARGV: a name for a new sheet, its life in s, the process, the number, then fields and amounts
local kind = redis.call('TYPE', KEYS[1])['ok']
if kind ~= 'hash' and kind ~= 'none' then redis.call('DEL', KEYS[1]) end
local last = tonumber(redis.call('HGET', KEYS[1], ARGV[3]) or 0)
if last and last >= tonumber(ARGV[4]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[3], ARGV[4])
redis.call('HSETNX', KEYS[1], 'sheet', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
for place = 5, #ARGV, 2 do
    redis.pcall('HINCRBY', KEYS[1], ARGV[place], ARGV[place + 1])
end
return 1
