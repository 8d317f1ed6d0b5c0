-- A message of a random user in that user's own conversation. BENCH_CONVERSATIONS has the id of the conversation of the user
-- on the same line of BENCH_TOKENS.
local common = dofile(os.getenv("BENCH_WRK") .. "/common.lua")
local tokens, conversations = common.lines(os.getenv("BENCH_TOKENS")), common.lines(os.getenv("BENCH_CONVERSATIONS"))

setup = common.setup

function init()
  math.randomseed(common.number("BENCH_SEED") + thread_index)
end

function request()
  local user = math.random(#tokens)
  local body = '{"content":"Is four on Thursday all right for you?","conversation_id":' .. conversations[user] .. "}"
  return wrk.format("POST", "/api/chat/messages", common.headers(tokens[user]), body)
end

function done(summary, latency)
  common.report(summary, latency, summary.requests - summary.errors.status, summary.errors.status)
end
