-- KEYS: live, budgets...
-- ARGV: run
-- Replies {spent, reserved, doubted} per budget, -1 where nothing is known.
purge(KEYS[1])
local reply = {}
for i = 2, #KEYS do
  local spent, reserved = standing(KEYS[i])
  table.insert(reply, spent or -1)
  table.insert(reply, reserved or -1)
  table.insert(reply, redis.call('HEXISTS', KEYS[i], 'doubted'))
end
return reply
