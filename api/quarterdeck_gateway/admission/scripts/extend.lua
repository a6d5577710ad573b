-- KEYS: live, ask
-- ARGV: run, reservation ms, micro-USD
-- Replies 1, or 0 when a budget refuses or the ask is not running.
local live, ask = KEYS[1], KEYS[2]
purge(live)
local record = recall(ask)
if not record then
  return 0
end
local more = tonumber(ARGV[3])
local wanted = record[1] == LIVE and more or record[2] + more
local budgets = record[6]
for i = 1, #budgets, 3 do
  local found = redis.call('HMGET', budgets[i], 'spent', 'reserved')
  local after = tonumber(found[1] or 0) + tonumber(found[2] or 0) + wanted
  if budgets[i + 2] == '1' and after > budgets[i + 1] then
    return 0
  end
end
change_reserved(record, wanted)
record[1], record[2] = LIVE, record[2] + more
redis.call('SET', ask, cmsgpack.pack(record))
hold(live, ask, record, ARGV[2])
return 1
