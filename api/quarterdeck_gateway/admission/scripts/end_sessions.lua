-- KEYS: one for each end, by its owner: a hash of ended sessions -> ms, and `before`
-- ARGV: run, most, then for each end: session (empty for all), at in us, until in ms
local most = tonumber(ARGV[2])

local function remaining(key)
  local stored = redis.call('HGETALL', key)
  for i = 1, #stored, 2 do
    if stored[i] ~= 'before' and tonumber(stored[i + 1]) < now then
      redis.call('HDEL', key, stored[i])
    end
  end
  return redis.call('HLEN', key)
end

local function end_all(key, at)
  local before = tonumber(redis.call('HGET', key, 'before') or 0)
  redis.call('DEL', key)
  redis.call('HSET', key, 'before', int(math.max(before, tonumber(at))))
end

local function is_full(key, session)
  if redis.call('HEXISTS', key, session) == 1 or redis.call('HLEN', key) < most then
    return false
  end
  return remaining(key) >= most
end

for i, key in ipairs(KEYS) do
  local session, at = ARGV[3 * i], ARGV[3 * i + 1]
  local ends = int(ARGV[3 * i + 2] + SKEW_MS)
  -- A key loses its expiry with its last life.
  local expires = redis.call('PEXPIRETIME', key)
  if session == '' then
    end_all(key, at)
  elseif is_full(key, session) then
    -- All that could have been ended one by one began before now.
    end_all(key, now_us)
  else
    redis.call('HSET', key, session, ends)
  end
  redis.call('PEXPIREAT', key, int(math.max(expires, tonumber(ends))))
end
return 1
