-- One call as a random user. BENCH_PATH and BENCH_BODY may contain {user} and {tutor}, each replaced by the number of a
-- random user or tutor other than the first.
local common = dofile(os.getenv("BENCH_WRK") .. "/common.lua")
local tokens = common.lines(os.getenv("BENCH_TOKENS"))
local method, path, body = os.getenv("BENCH_METHOD"), os.getenv("BENCH_PATH"), os.getenv("BENCH_BODY")
local users, tutors = common.number("BENCH_USERS"), common.number("BENCH_TUTORS")

setup = common.setup

function init()
  math.randomseed(common.number("BENCH_SEED") + thread_index)
end

local function fill(template)
  return (template:gsub("{user}", function() return math.random(2, users) end)
    :gsub("{tutor}", function() return math.random(2, tutors) end))
end

function request()
  local text = body ~= "" and fill(body) or nil
  return wrk.format(method, fill(path), common.headers(tokens[math.random(#tokens)]), text)
end

function done(summary, latency)
  common.report(summary, latency, summary.requests - summary.errors.status, summary.errors.status)
end
