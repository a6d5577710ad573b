-- Put before every other script.
--
-- All keys carry one hash tag, so in a cluster they live together, and a script may touch keys that
-- it learns from a record. ARGV[1] is always the server's run id: a budget that was seeded in
-- another life of the server (restart from an old snapshot, failover) may have forgotten costs and
-- counts as unknown. Money is micro-USD, levels of limits are tokens * 60,000, both below 2^53.

local RUN = ARGV[1]
local SETTLED = 'settled'
-- A settlement that stays so has failed half-way.
local SETTLING = 'settling'
local LIVE, LAPSED = 1, 2
local REMEMBER_MS = 3600000
-- Clocks of gateways may be ahead of the server's.
local SKEW_MS = 300000
local MINUTE_MS = 60000
local PURGED_AT_ONCE = 100

local clock = redis.call('TIME')
local now_us = clock[1] * 1000000 + clock[2]
local now = math.floor(now_us / 1000)

-- Lua would write large numbers with an exponent.
local function int(number)
  return string.format('%.0f', number)
end

-- Limits per minute: a bucket that leaks `amount` units each millisecond and holds a minute of it.

local function level_of(key, amount)
  local stored = redis.call('GET', key)
  if not stored then
    return 0
  end
  local level, at = string.match(stored, '^(%d+):(%d+)$')
  return math.max(0, level - math.max(0, now - at) * amount)
end

local function save_level(key, amount, level)
  if level <= 0 then
    redis.call('DEL', key)
  else
    redis.call('SET', key, int(level) .. ':' .. int(now), 'PX', int(math.ceil(level / amount) + 1000))
  end
end

-- Records of admitted asks: { state, micro_usd, tokens, token limits, concurrency keys, budgets }.

local function recall(ask)
  local stored = redis.call('GET', ask)
  if not stored or stored == SETTLED or stored == SETTLING then
    return nil, stored
  end
  return cmsgpack.unpack(stored), stored
end

-- Nothing is left of a budget that expired meanwhile: it must not come back as less than nothing.
local function change_reserved(record, micro_usd)
  if micro_usd == 0 then
    return
  end
  local budgets, change = record[6], int(micro_usd)
  for i = 1, #budgets, 3 do
    if redis.call('HINCRBY', budgets[i], 'reserved', change) < 0 then
      redis.call('HDEL', budgets[i], 'reserved')
    end
  end
end

local function hold(live, ask, record, milliseconds)
  local ends = int(now + milliseconds)
  redis.call('ZADD', live, ends, ask)
  for _, key in ipairs(record[5]) do
    redis.call('ZADD', key, ends, ask)
  end
end

local function let_go(live, ask, record)
  redis.call('ZREM', live, ask)
  for _, key in ipairs(record[5]) do
    redis.call('ZREM', key, ask)
  end
  change_reserved(record, -record[2])
end

-- What is used of limits of tokens: first the estimate, in the end the truth.
local function correct_tokens(record, tokens)
  local limits = record[4]
  for i = 1, #limits, 2 do
    local level = level_of(limits[i], limits[i + 1])
    save_level(limits[i], limits[i + 1], level + (tokens - record[3]) * MINUTE_MS)
  end
  record[3] = tokens
end

-- What a gateway that died had taken and reserved returns. Bounded, so that no call takes long.
local function purge(live)
  local expired = redis.call('ZRANGEBYSCORE', live, '-inf', int(now), 'LIMIT', 0, PURGED_AT_ONCE)
  for _, ask in ipairs(expired) do
    local record = recall(ask)
    if record then
      let_go(live, ask, record)
      correct_tokens(record, 0)
      record[1] = LAPSED
      redis.call('SET', ask, cmsgpack.pack(record), 'PX', REMEMBER_MS)
    else
      redis.call('ZREM', live, ask)
    end
  end
end

-- What was charged may not be all: the ledger knows, so it has to be asked. Until it has answered the
-- budget goes by what is known. One that is unknown remembers the doubt for longer than a sum that
-- was begun before it may take.
local DOUBT_MS = 600000
local function doubt(budget)
  local is_unknown = redis.call('EXISTS', budget) == 0
  redis.call('HSET', budget, 'doubted', int(now_us))
  if is_unknown then
    redis.call('PEXPIRE', budget, DOUBT_MS)
  end
end

-- spent and reserved; nothing for a budget that was not seeded in this life of the server.
local function standing(budget)
  local found = redis.call('HMGET', budget, 'spent', 'reserved', 'run')
  if found[3] ~= RUN then
    return nil
  end
  return tonumber(found[1]), tonumber(found[2] or 0)
end
