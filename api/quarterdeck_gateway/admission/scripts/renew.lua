-- KEYS: live, asks...
-- ARGV: run, reservation ms
-- A chat that still runs takes back what lapsed while its gateway was too slow to renew.
local live = KEYS[1]
for i = 2, #KEYS do
  local record = recall(KEYS[i])
  if record then
    if record[1] == LAPSED then
      change_reserved(record, record[2])
      record[1] = LIVE
      redis.call('SET', KEYS[i], cmsgpack.pack(record))
    end
    hold(live, KEYS[i], record, ARGV[2])
  end
end
return 1
