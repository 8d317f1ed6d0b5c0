-- POST /api/chat/messages: a message in one of the direct conversations. One query loads the participants; the transaction
-- locks the conversation, inserts the message, counts it for the other participant and adds it to both logs.
\set conversation random(1, :accounts)
SELECT c.type, p.user_id, p.has_written, s.who_can_message FROM conversations c
JOIN conversation_participants p ON p.conversation_id = c.id LEFT JOIN chat_settings s ON s.user_id = p.user_id
WHERE c.id = :conversation ORDER BY p.user_id;
BEGIN;
WITH place AS (
    UPDATE conversations SET last_seq = last_seq + 1, last_message_at = now() AT TIME ZONE 'UTC'
    WHERE id = :conversation RETURNING id, last_seq, last_message_at AS at, created_by_user_id AS sender
), message AS (
    INSERT INTO chat_messages (conversation_id, seq, sender_user_id, message_type, content, created_at, updated_at)
    SELECT id, last_seq, sender, 'text', 'Is four on Thursday all right for you?', at, at FROM place
    RETURNING id, conversation_id
), counted AS (
    UPDATE conversation_participants p SET unread_count = unread_count + CASE WHEN user_id = sender THEN 0 ELSE 1 END
    FROM place WHERE p.conversation_id = place.id RETURNING user_id
), logs AS (
    INSERT INTO event_logs (user_id, last_seq) SELECT user_id, 1 FROM counted ORDER BY user_id
    ON CONFLICT (user_id) DO UPDATE SET last_seq = event_logs.last_seq + 1 RETURNING user_id, last_seq
)
INSERT INTO events (user_id, seq, position, type, data, created_at)
SELECT logs.user_id, logs.last_seq, pg_current_xact_id()::text::bigint, 'message.sent',
       json_build_object('conversation_id', message.conversation_id, 'message_id', message.id)::text,
       now() AT TIME ZONE 'UTC'
FROM logs CROSS JOIN message;
COMMIT;
