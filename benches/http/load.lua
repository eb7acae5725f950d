-- wrk -s load.lua URL -- KEY MODE [ETAG]: asks the address of the URL and prints what came of it as JSON.
-- MODE plain: as it is. revalidate: with If-None-Match. afresh: with Cache-Control: no-cache.
-- distinct: afresh, and every request about a window that begins a second later, so that nobody has it in memory.

local mode, path, count = "plain", nil, 0

function setup(thread)
  thread:set("number", setups or 0)
  setups = (setups or 0) + 1
end

function init(args)
  local headers = { ["Authorization"] = "Bearer " .. args[1] }
  mode = args[2]
  if mode == "revalidate" then headers["If-None-Match"] = args[3] end
  if mode == "afresh" or mode == "distinct" then headers["Cache-Control"] = "no-cache" end
  wrk.headers = headers
  for name, value in pairs(wrk.headers) do wrk.headers[name] = value end
  if mode == "distinct" then
    path = wrk.path
    -- another second in every run
    count = (tonumber(args[3]) + number * 20000) % 80000
    request = distinct
  end
end

function distinct()
  count = count + 1
  local moved = path:gsub("from=(%d+)", function(from) return "from=" .. (tonumber(from) + count) end)
  return wrk.format(nil, moved)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"bytes":%d,"failed":%d,"p50_ms":%.3f,"p95_ms":%.3f,"p99_ms":%.3f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3))
end
