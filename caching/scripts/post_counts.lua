-- Adds what one process has counted to the sheets of a minute, of ten, of an hour and so on and of all time, once: batches are
-- numbered, so that one whose reply was lost, or whose process was killed, may be sent again. All keys lie on one node. The
-- number is written first: if anything fails after it, counts are lost, but none is doubled. The counts of a kind are one value,
-- as MessagePack: a sheet of hundreds of fields is read in a fraction of a millisecond, one of tens of thousands would hold the
-- server up. Of what lies there only those are looked at that grow: to examine all of them would take as long as all the rest,
-- and who reads them passes over what is no count.
-- KEYS[1] the last number of this process, KEYS[2..] the sheets; ARGV: the number, its life in s, the number of kinds, then the
-- lives of the sheets in s, then kinds and their counts
local sheets, kinds = #KEYS - 1, tonumber(ARGV[3])
if redis.call('TYPE', KEYS[1])['ok'] ~= 'string' then redis.call('DEL', KEYS[1]) end
local last = tonumber(redis.call('GET', KEYS[1]) or 0) or 0
if last >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])

local limit = 2 ^ 53
local function is_count(found)
    return type(found) == 'number' and found >= 0 and found % 1 == 0 and found < limit
end

local added = {}
for place = 4 + sheets, 3 + sheets + 2 * kinds, 2 do
    added[ARGV[place]] = cmsgpack.unpack(ARGV[place + 1])
end
for sheet = 1, sheets do
    local key = KEYS[sheet + 1]
    local is_of = redis.call('TYPE', key)['ok']
    if is_of ~= 'hash' and is_of ~= 'none' then redis.call('DEL', key) end
    for kind, more in pairs(added) do
        local before = redis.call('HGET', key, kind)
        local is_packed, counts = pcall(cmsgpack.unpack, before or '')
        if not is_packed or type(counts) ~= 'table' then counts = {} end
        for what, count in pairs(more) do
            local found = counts[what]
            counts[what] = is_count(found) and found + count or count
        end
        redis.call('HSET', key, kind, cmsgpack.pack(counts))
    end
    redis.call('EXPIRE', key, ARGV[3 + sheet])
end
return 1
