-- A writer enters the list of those who are about to commit. It is a list, because a writer that leaves must not open
-- the tag while another one has not committed. Each has a lease; the dead ones are dropped here.
-- KEYS[1] the tag; ARGV: the writer, its lease in ms
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local mine = now + ARGV[2]
local last = mine
local mark = '!' .. ARGV[1] .. '=' .. string.format('%d', mine)
local current = redis.pcall('GET', KEYS[1])
if type(current) == 'string' and string.sub(current, 1, 1) == '!' then
    for writer, expiry in string.gmatch(current, '(%w+)=(%d+)') do
        expiry = tonumber(expiry)
        if writer ~= ARGV[1] and expiry > now then
            mark = mark .. ' ' .. writer .. '=' .. string.format('%d', expiry)
            last = math.max(last, expiry)
        end
    end
end
redis.call('SET', KEYS[1], mark, 'PX', string.format('%d', last - now))
return mark
