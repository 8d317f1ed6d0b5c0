-- GET /api/connections/stats: a user's row of counters.
\set n random(0, :accounts - 1)
\set id :tutors + 1 + (:n * 97) % (:users - :tutors)
SELECT followers_count, following_count, friends_count, pending_received_count, pending_sent_count, blocked_count
FROM connection_counters WHERE user_id = :id;
