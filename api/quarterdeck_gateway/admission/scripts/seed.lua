-- KEYS: budget
-- ARGV: run, spent, counted at (us), expires at (ms), 0 for never
local budget = KEYS[1]
if redis.call('HGET', budget, 'run') == RUN then
  return 0
end
local spent, late = tonumber(ARGV[2]), budget .. ':late'
for _, kept in ipairs(redis.call('ZRANGEBYSCORE', late, ARGV[3], '+inf')) do
  spent = spent + tonumber(string.match(kept, '|(%d+)$'))
end
redis.call('HSET', budget, 'run', RUN, 'spent', int(spent), 'seeded', ARGV[3])
redis.call('DEL', late)
if ARGV[4] == '0' then
  redis.call('PERSIST', budget)
else
  redis.call('PEXPIREAT', budget, ARGV[4])
end
return 1
