-- wrk -t1 -s load.lua URL -- KEY MODE [MORE]: asks the address of the URL and prints what came of it as JSON.
-- MODE plain: as it is. revalidate: with If-None-Match: MORE. afresh: with Cache-Control: no-cache.
-- distinct: afresh, each request about a window that begins and ends a second later than that before, the first MORE
-- seconds later than the address says, so that nobody has it in memory.

local path, count

function init(args)
  local key, mode, more = args[1], args[2], args[3]
  wrk.headers = { ["Authorization"] = "Bearer " .. key }
  if mode == "revalidate" then wrk.headers["If-None-Match"] = more end
  if mode == "afresh" or mode == "distinct" then wrk.headers["Cache-Control"] = "no-cache" end
  if mode == "distinct" then
    path, count = wrk.path, tonumber(more)
    request = distinct
  end
end

function distinct()
  count = count + 1
  local moved = path:gsub("(%l+)=(%d+)", function(bound, at)
    if bound == "from" or bound == "to" then return string.format("%s=%d", bound, tonumber(at) + count) end
  end)
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
