-- POST /api/session-requests, then PATCH .. {"status":"accepted"}: two transactions, each with queries for its facts.
-- Tutors and students are users whom the server's own load leaves alone, and each client has its own, so that no two
-- requests for the same package are pending at once.
\set n :client_id + 8 * random(0, greatest(:accounts / 8, 1) - 1)
\set tutor 2 + :accounts + :n
\set student 2 + 2 * :accounts + :n
\set package 2 * :tutor - 1
\set half_hour random(0, 46)

-- The request: facts, locks, conversation and message.
SELECT t.user_id, u.time_zone, p.name, p.hourly_rate_cents, p.currency, p.updated_at, s.user_id
FROM tutor_profiles t
JOIN users u ON u.id = t.user_id
JOIN tutor_packages p ON p.id = :package AND p.tutor_id = t.id AND p.is_active
JOIN student_profiles s ON s.id = :student
WHERE t.id = :tutor AND t.is_active AND u.is_active;
BEGIN;
SELECT user_id FROM connection_counters WHERE user_id = :tutor FOR SHARE;
SELECT user_id FROM connection_counters WHERE user_id = :student FOR UPDATE;
INSERT INTO requested_sessions (tutor_id, requester_id, requester_type, requested_to_id, package_id, package_name,
                                package_price_cents, currency, status, message, schedule_type, year_range, months,
                                days, specific_dates, start_time, end_time, time_zone, created_at, expires_at,
                                updated_at)
SELECT tutor_id, :student, 'student', :student, id, name, hourly_rate_cents, currency, 'pending', 'Algebra',
       'recurring', '[]', '[]', '["Monday","Wednesday","Friday"]', '[]', time '00:00' + :half_hour * interval '30 minutes',
       time '00:30' + :half_hour * interval '30 minutes', 'Africa/Addis_Ababa', now() AT TIME ZONE 'UTC',
       now() AT TIME ZONE 'UTC' + interval '14 days', now() AT TIME ZONE 'UTC'
FROM tutor_packages WHERE id = :package
RETURNING id AS request \gset
SELECT coalesce(max(id), 0) AS conversation FROM conversations
WHERE direct_user_low = :tutor AND direct_user_high = :student \gset
\if :conversation = 0
INSERT INTO conversations (type, created_by_user_id, direct_user_low, direct_user_high, last_message_at, created_at,
                           updated_at)
SELECT 'direct', :student, :tutor, :student, now.at, now.at, now.at FROM (SELECT now() AT TIME ZONE 'UTC' AS at) now
RETURNING id AS conversation \gset
INSERT INTO conversation_participants (conversation_id, user_id, role, joined_at)
VALUES (:conversation, :tutor, 'member', now() AT TIME ZONE 'UTC'),
       (:conversation, :student, 'member', now() AT TIME ZONE 'UTC');
\endif
UPDATE conversations
SET last_seq = last_seq + 1, last_message_at = now() AT TIME ZONE 'UTC', updated_at = now() AT TIME ZONE 'UTC'
WHERE id = :conversation RETURNING last_seq AS place \gset
INSERT INTO chat_messages (conversation_id, seq, sender_user_id, message_type, content, session_request_id, created_at,
                           updated_at)
VALUES (:conversation, :place, :student, 'session_request', 'Algebra', :request, now() AT TIME ZONE 'UTC',
        now() AT TIME ZONE 'UTC');
COMMIT;

-- The acceptance: the request, the locked calendars with what they hold, enrolment, sessions and message.
SELECT tutor_id, requested_to_id, status, days, start_time, end_time, expires_at
FROM requested_sessions WHERE id = :request;
BEGIN;
UPDATE calendars c SET version = c.version + 1
FROM (SELECT user_id FROM calendars WHERE user_id IN (:tutor, :student) ORDER BY user_id FOR UPDATE) locked
WHERE c.user_id = locked.user_id;
UPDATE requested_sessions
SET status = 'accepted', responded_at = now() AT TIME ZONE 'UTC', updated_at = now() AT TIME ZONE 'UTC'
WHERE id = :request AND status = 'pending' AND expires_at > now() AT TIME ZONE 'UTC';
SELECT id, starts_at, ends_at FROM sessions
WHERE tutor_user_id = :tutor AND starts_at > now() AT TIME ZONE 'UTC'
  AND starts_at < now() AT TIME ZONE 'UTC' + interval '57 days' AND status <> 'cancelled'
UNION ALL
SELECT id, starts_at, ends_at FROM sessions
WHERE student_user_id = :student AND starts_at > now() AT TIME ZONE 'UTC'
  AND starts_at < now() AT TIME ZONE 'UTC' + interval '57 days' AND status <> 'cancelled'
UNION ALL
SELECT id, starts_at, ends_at FROM time_off
WHERE user_id = :tutor AND starts_at < now() AT TIME ZONE 'UTC' + interval '57 days' AND ends_at > now() AT TIME ZONE 'UTC';
INSERT INTO enrolled_students (tutor_id, student_id, package_id, request_id, agreed_price_cents, currency,
                               payment_status, payment_due_date, status, enrolled_at)
SELECT tutor_id, requested_to_id, package_id, id, package_price_cents, currency, 'pending', CURRENT_DATE + 7, 'active',
       now() AT TIME ZONE 'UTC'
FROM requested_sessions WHERE id = :request
RETURNING id AS enrolment \gset
INSERT INTO enrolled_courses (tutor_id, student_id, package_id, request_id, enrolment_id, status, created_at)
VALUES (:tutor, :student, :package, :request, :enrolment, 'active', now() AT TIME ZONE 'UTC')
RETURNING id AS course \gset
-- Three days a week for eight weeks.
INSERT INTO sessions (enrolled_courses_id, series_index, tutor_user_id, student_user_id, session_date, series_date,
                      start_time, end_time, time_zone, zone_rules, starts_at, ends_at, duration, topics, topics_covered, session_mode, status,
                      priority_level, created_at, updated_at)
SELECT :course, place, :tutor, :student, day, day, start, start + interval '30 minutes', 'Africa/Addis_Ababa', '2025b',
       day + start - interval '3 hours', day + start - interval '2 hours 30 minutes', 30, '["Algebra"]', '[]', 'online',
       'scheduled', 'medium', now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
FROM (SELECT place, CURRENT_DATE + 1 + place / 3 * 7 + place % 3 * 2 AS day,
             time '00:00' + :half_hour * interval '30 minutes' AS start
      FROM generate_series(0, 23) place) series;
UPDATE conversations
SET last_seq = last_seq + 1, last_message_at = now() AT TIME ZONE 'UTC', updated_at = now() AT TIME ZONE 'UTC'
WHERE id = :conversation RETURNING last_seq AS place \gset
INSERT INTO chat_messages (conversation_id, seq, sender_user_id, message_type, content, session_request_id, created_at,
                           updated_at)
VALUES (:conversation, :place, :tutor, 'system', 'The request was accepted.', :request, now() AT TIME ZONE 'UTC',
        now() AT TIME ZONE 'UTC');
COMMIT;
