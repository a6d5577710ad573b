-- KEYS: live, ask, limits..., budgets...
-- ARGV: run, reservation ms, tokens, micro-USD, limits' count, {kind, amount} per limit,
--       {amount, enforced} per budget
-- Replies: verdict, place, {remaining, reset ms, retry ms} per limit, {spent, reserved} per budget
local ADMITTED, LIMITED, UNSEEDED, EXCEEDED = 1, 2, 3, 4
local RETRY_MS = 1000

local live, ask = KEYS[1], KEYS[2]
local tokens, micro_usd, limits = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local first_budget = 5 + 2 * limits

purge(live)
local is_known = redis.call('EXISTS', ask) == 1
local verdict, place, longest = ADMITTED, 0, 0
local reply = { 0, 0 }
local levels, needs = {}, {}

local function describe(i, amount, level)
  local at = 3 * i
  reply[at] = math.max(0, math.floor((amount * MINUTE_MS - level) / MINUTE_MS))
  reply[at + 1] = math.ceil(level / amount)
  reply[at + 2] = reply[at + 2] or 0
end

local function describe_running(i, amount, running)
  local at = 3 * i
  reply[at] = math.max(0, amount - running)
  reply[at + 1] = running > 0 and RETRY_MS or 0
  reply[at + 2] = reply[at + 2] or 0
end

local function refuse(i, wait)
  reply[3 * i + 2] = wait
  if wait > longest then
    verdict, place, longest = LIMITED, i, wait
  end
end

for i = 1, limits do
  local key, kind, amount = KEYS[2 + i], ARGV[4 + 2 * i], tonumber(ARGV[5 + 2 * i])
  if kind == 'c' then
    redis.call('ZREMRANGEBYSCORE', key, '-inf', int(now))
    levels[i] = redis.call('ZCARD', key)
    describe_running(i, amount, levels[i])
    if not is_known and levels[i] >= amount then
      refuse(i, RETRY_MS)
    end
  else
    needs[i] = kind == 'r' and 1 or tokens
    levels[i] = level_of(key, amount)
    describe(i, amount, levels[i])
    -- More than a minute's worth would never fit: it may pass when nothing else is running up.
    local over = levels[i] + math.min(needs[i], amount) * MINUTE_MS - amount * MINUTE_MS
    if not is_known and over > 0 then
      refuse(i, math.ceil(over / amount))
    end
  end
end

local budgets = #KEYS - 2 - limits
local standings = 2 + 3 * limits
for i = 1, budgets do
  local spent, reserved = standing(KEYS[2 + limits + i])
  reply[standings + 2 * i - 1] = spent or -1
  reply[standings + 2 * i] = reserved or -1
  if not is_known and verdict ~= LIMITED and verdict ~= EXCEEDED then
    local amount = tonumber(ARGV[first_budget + 2 * i - 1])
    if not spent then
      verdict = UNSEEDED
    elseif ARGV[first_budget + 2 * i] == '1'
      and (spent + reserved + micro_usd > amount or spent >= amount) then
      verdict, place = EXCEEDED, i
    end
  end
end

if verdict == ADMITTED and not is_known then
  local record = { LIVE, micro_usd, tokens, {}, {}, {} }
  for i = 1, limits do
    local key, kind, amount = KEYS[2 + i], ARGV[4 + 2 * i], tonumber(ARGV[5 + 2 * i])
    if kind == 'c' then
      table.insert(record[5], key)
      describe_running(i, amount, levels[i] + 1)
    else
      local level = levels[i] + needs[i] * MINUTE_MS
      save_level(key, amount, level)
      describe(i, amount, level)
      if kind == 't' then
        table.insert(record[4], key)
        table.insert(record[4], amount)
      end
    end
  end
  for i = 1, budgets do
    local key = KEYS[2 + limits + i]
    table.insert(record[6], key)
    table.insert(record[6], tonumber(ARGV[first_budget + 2 * i - 1]))
    table.insert(record[6], ARGV[first_budget + 2 * i])
    reply[standings + 2 * i] = reply[standings + 2 * i] + micro_usd
  end
  change_reserved(record, micro_usd)
  redis.call('SET', ask, cmsgpack.pack(record))
  hold(live, ask, record, ARGV[2])
end

reply[1], reply[2] = verdict, place
return reply
