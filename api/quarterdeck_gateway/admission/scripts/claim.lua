-- KEYS: claim
-- ARGV: run, owner, ms
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[2] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
