-- A student requests sessions and the tutor accepts: two calls in turn, with one connection per thread.
--
-- Each booking takes a slot that is free for both, so that no two overlap. With T tutors, slot s is half hour s div T
-- of tutor s mod T, on three days of the week for eight weeks. The student turns with the tutor and the half hour. There
-- are as many students as tutors, so that each half hour has every student once.
-- BENCH_POSITION is the first slot that is still free.
local common = dofile(os.getenv("BENCH_WRK") .. "/common.lua")
local students, tutors = common.lines(os.getenv("BENCH_TOKENS")), common.lines(os.getenv("BENCH_TUTOR_TOKENS"))
local first_tutor, threads = common.number("BENCH_FIRST_TUTOR"), common.number("BENCH_THREADS")
local position = common.number("BENCH_POSITION")

local WEEKS = { '["Monday","Wednesday","Friday"]', '["Tuesday","Thursday","Saturday"]' }
local HALF_HOURS = 47 -- of a day; none ends at midnight
local BODY = '{"tutor_id":%d,"package_id":%d,"message":"Algebra","schedule_type":"recurring","days":%s,'
  .. '"start_time":"%s","end_time":"%s"}'

setup = common.setup
booked, refused, round = 0, 0, 0 -- of this thread
local pending -- the request that waits for its acceptance

local function clock(half_hours)
  return string.format("%02d:%02d", math.floor(half_hours / 2), half_hours % 2 * 30)
end

function request()
  local slot = position + round * threads + thread_index
  local tutor, half_hour = slot % #tutors, math.floor(slot / #tutors)
  if pending then
    return wrk.format("PATCH", "/api/session-requests/tutor/" .. pending, common.headers(tutors[tutor + 1]),
      '{"status":"accepted"}')
  end
  local student = (tutor + half_hour * 7) % #students
  local number, start = first_tutor + tutor, half_hour % HALF_HOURS
  local days = WEEKS[1 + math.floor(half_hour / HALF_HOURS) % #WEEKS]
  return wrk.format("POST", "/api/session-requests", common.headers(students[student + 1]),
    string.format(BODY, number, 2 * number - 1, days, clock(start), clock(start + 1)))
end

function response(status, _, body)
  if not pending and status == 200 then
    pending = body:match('"request_id":%s*(%d+)')
    return
  end
  if pending and status == 200 then booked = booked + 1 else refused = refused + 1 end
  pending, round = nil, round + 1
end

function done(summary, latency)
  local all_booked, all_refused, rounds = 0, 0, 0
  for _, thread in ipairs(common.threads()) do
    all_booked, all_refused = all_booked + thread:get("booked"), all_refused + thread:get("refused")
    rounds = math.max(rounds, thread:get("round"))
  end
  -- The last round of a thread may have been cut off after its request.
  common.report(summary, latency, all_booked, all_refused, position + (rounds + 1) * threads)
end
