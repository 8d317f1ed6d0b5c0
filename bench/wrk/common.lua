-- Shared by all scenarios. Settings arrive in environment variables, results leave as one line of JSON.
local common = {}

-- Returns the lines of a file, none of them empty.
function common.lines(path)
  local lines = {}
  for line in io.lines(path) do
    if line ~= "" then lines[#lines + 1] = line end
  end
  return lines
end

function common.number(name)
  return tonumber(os.getenv(name))
end

function common.headers(token)
  return { ["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json" }
end

local threads = {}

-- Gives each thread its index from 0, and keeps it for `common.threads`.
function common.setup(thread)
  thread:set("thread_index", #threads)
  threads[#threads + 1] = thread
end

function common.threads()
  return threads
end

-- Prints the figures of a run: counts, seconds, and latencies in milliseconds. `succeeded` is the number of pieces of
-- work done, `refused` that of answers other than 2xx and 3xx. `position` is where the next run may start.
function common.report(summary, latency, succeeded, refused, position)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"succeeded":%d,"refused":%d,"failed":%d,"seconds":%.6f,"p50":%.3f,"p99":%.3f,"position":%d}\n',
    succeeded, refused, errors.connect + errors.read + errors.write + errors.timeout, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, position or 0))
end

return common
