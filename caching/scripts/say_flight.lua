-- Adds a record to what followers of a flight read, if the speaker still has the lease: one that was frozen and has been
-- replaced must not speak between the words of the other. In one step, as the lease could go between two.
-- KEYS: the lease, the stream.   ARGV: the speaker's token, the record, the stream's life in ms, "first" or "".
-- Gives the id of the record; 0: another one leads; -1: the stream is gone, so that its beginning has to be said again.
-- The first record ends what an earlier flight left. It is trimmed and not deleted, so that ids go on rising.
local holder = redis.pcall('GET', KEYS[1])
if holder ~= ARGV[1] then
  return 0
end
local first = ARGV[4] == 'first'
local kind = redis.call('TYPE', KEYS[2]).ok
if first and kind ~= 'stream' and kind ~= 'none' then
  redis.call('DEL', KEYS[2])
elseif not first and kind ~= 'stream' then
  return -1
end
local id = redis.call('XADD', KEYS[2], '*', 'r', ARGV[2])
if first then
  redis.call('XTRIM', KEYS[2], 'MAXLEN', 1)
end
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return id
