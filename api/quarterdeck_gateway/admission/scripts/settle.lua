-- KEYS: live, then per settlement: ask, budgets...
-- ARGV: run, then per settlement: tokens, micro-USD, ended at (us), budgets' count
-- A budget that waits for a seed keeps what arrives now aside: that may not hold it yet.
local LATE_MS = 600000

local function charge(budget, ask, micro_usd, at, is_recorded)
  if not is_recorded and at < now_us - REMEMBER_MS * 1000 then
    -- Nobody remembers whether this was charged.
    doubt(budget)
    return
  end
  local found = redis.call('HMGET', budget, 'run', 'seeded', 'doubted')
  if found[2] and at >= tonumber(found[2]) then
    redis.call('HINCRBY', budget, 'spent', int(micro_usd))
  end
  if found[1] ~= RUN or found[3] then
    local late = budget .. ':late'
    redis.call('ZADD', late, int(at), ask .. '|' .. int(micro_usd))
    redis.call('ZREMRANGEBYSCORE', late, '-inf', int(at - LATE_MS * 1000))
    redis.call('PEXPIRE', late, LATE_MS)
  end
end

local live = KEYS[1]
local key, argument = 2, 2
while KEYS[key] do
  local ask = KEYS[key]
  local tokens, micro_usd = tonumber(ARGV[argument]), tonumber(ARGV[argument + 1])
  local at, budgets = tonumber(ARGV[argument + 2]), tonumber(ARGV[argument + 3])
  local record, stored = recall(ask)
  if stored == SETTLING then
    return redis.error_reply('ERR settled by half before, script: settle')
  end
  if stored ~= SETTLED then
    -- First, so that one that fails cannot give back the same reservation at every attempt.
    redis.call('SET', ask, SETTLING, 'PX', REMEMBER_MS + SKEW_MS)
    if record then
      if record[1] == LIVE then
        let_go(live, ask, record)
      end
      correct_tokens(record, tokens)
    end
    if micro_usd > 0 then
      for i = key + 1, key + budgets do
        charge(KEYS[i], ask, micro_usd, at, record ~= nil)
      end
    end
    redis.call('SET', ask, SETTLED, 'PX', REMEMBER_MS + SKEW_MS)
  end
  key, argument = key + 1 + budgets, argument + 4
end
return 1
