-- KEYS: ends of the owner
-- ARGV: run, session, when it began in us
local found = redis.call('HMGET', KEYS[1], ARGV[2], 'before')
if found[1] or (found[2] and tonumber(ARGV[3]) <= tonumber(found[2])) then
  return 1
end
return 0
