-- The stamp of a tag, made new where there is none that counts: absent, of another type, of another primary (its first
-- characters say which), or a mark whose writers have all let their leases run out. A mark with a live writer stays.
-- KEYS[1] the tag; ARGV: a new stamp, its life in ms, the epoch of this primary
local current = redis.pcall('GET', KEYS[1])
if type(current) == 'string' then
    if string.sub(current, 1, 1) == '!' then
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        for expiry in string.gmatch(current, '=(%d+)') do
            if tonumber(expiry) > now then return current end
        end
    elseif string.sub(current, 1, #ARGV[3]) == ARGV[3] then
        return current
    end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ARGV[1]
