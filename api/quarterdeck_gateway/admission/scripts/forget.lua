-- KEYS: budgets...
-- ARGV: run
-- What was charged may not be all: the ledger knows, so it has to be asked.
for _, budget in ipairs(KEYS) do
  redis.call('HDEL', budget, 'run')
end
return 1
