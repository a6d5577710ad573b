-- KEYS: gateways
-- ARGV: run, gateway, ms
redis.call('ZADD', KEYS[1], int(now + ARGV[3]), ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', int(now))
return redis.call('ZCARD', KEYS[1])
