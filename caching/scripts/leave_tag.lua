-- A writer has committed and leaves the list. The last one out takes the tag away: it comes back with a new stamp when
-- somebody reads it, so nothing computed before counts. Tags that nobody reads take no memory.
-- KEYS[1] the tag; ARGV: the writer ('' for an invalidation by hand)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local current = redis.pcall('GET', KEYS[1])
local mark, last = nil, now
if type(current) == 'string' and string.sub(current, 1, 1) == '!' then
    for writer, expiry in string.gmatch(current, '(%w+)=(%d+)') do
        expiry = tonumber(expiry)
        if writer ~= ARGV[1] and expiry > now then
            mark = (mark and mark .. ' ' or '!') .. writer .. '=' .. string.format('%d', expiry)
            last = math.max(last, expiry)
        end
    end
end
if mark then
    redis.call('SET', KEYS[1], mark, 'PX', string.format('%d', last - now))
    return 0
end
return redis.call('DEL', KEYS[1])
