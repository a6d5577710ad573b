-- KEYS: budget
-- ARGV: run, spent, counted at (us), expires at (ms), 0 for never
-- What was counted so far is never more than the truth, and the ledger may not have all of it yet:
-- a gateway whose database is away still spools. So the larger of both counts, and it goes on with
-- what ends after its own beginning.
local budget, counted = KEYS[1], tonumber(ARGV[3])
local found = redis.call('HMGET', budget, 'run', 'doubted', 'spent')
local before, doubted = tonumber(found[3] or -1), tonumber(found[2] or -1)
if found[1] == RUN and doubted < 0 then
  return 0
end
local spent, late = tonumber(ARGV[2]), budget .. ':late'
for _, kept in ipairs(redis.call('ZRANGEBYSCORE', late, ARGV[3], '+inf')) do
  spent = spent + tonumber(string.match(kept, '|(%d+)$'))
end
if spent > before then
  redis.call('HSET', budget, 'spent', int(spent), 'seeded', ARGV[3])
end
redis.call('HSET', budget, 'run', RUN)
-- A sum from before the doubt does not end it.
if doubted <= counted then
  redis.call('HDEL', budget, 'doubted')
  redis.call('DEL', late)
end
if ARGV[4] == '0' then
  redis.call('PERSIST', budget)
else
  redis.call('PEXPIREAT', budget, ARGV[4])
end
return 1
