-- Adds what one process has counted to totals that live as long as somebody adds to them. Each amount by itself: one that is no
-- number any more is left alone.
-- KEYS[1] the totals; ARGV: their life in s, then fields and amounts
local kind = redis.call('TYPE', KEYS[1])['ok']
if kind ~= 'hash' and kind ~= 'none' then redis.call('DEL', KEYS[1]) end
for place = 2, #ARGV, 2 do
    redis.pcall('HINCRBY', KEYS[1], ARGV[place], ARGV[place + 1])
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
