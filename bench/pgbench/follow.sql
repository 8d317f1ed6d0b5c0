-- POST /api/connections: a user follows another. One query loads the facts; the transaction locks and updates both
-- counters, lower id first, and inserts the follow unless there is one or a block by now.
-- The actors are users whom the server's own load leaves alone.
\set actor 2 + :accounts + random(0, :accounts - 1)
\set target random(2, :users)
\if :actor <> :target
SELECT u.is_private, c.connection_type, c.status FROM users u
LEFT JOIN connections c ON (c.user_id_1, c.user_id_2) IN ((:actor, :target), (:target, :actor))
WHERE u.id = :target AND u.is_active;
BEGIN;
UPDATE connection_counters c
SET following_count = c.following_count + CASE WHEN c.user_id = :actor THEN 1 ELSE 0 END,
    followers_count = c.followers_count + CASE WHEN c.user_id = :target THEN 1 ELSE 0 END
FROM (SELECT user_id FROM connection_counters WHERE user_id IN (:actor, :target) ORDER BY user_id FOR UPDATE) locked
WHERE c.user_id = locked.user_id;
WITH inserted AS (
    INSERT INTO connections (user_id_1, user_id_2, connection_type, status, initiated_by, created_at,
                             accepted_at, updated_at)
    SELECT :actor, :target, 'follow', 'accepted', :actor, now.at, now.at, now.at
    FROM (SELECT now() AT TIME ZONE 'UTC' AS at) now
    WHERE NOT EXISTS (SELECT 1 FROM connections
                      WHERE user_id_1 = :actor AND user_id_2 = :target AND connection_type IN ('follow', 'block'))
      AND NOT EXISTS (SELECT 1 FROM connections
                      WHERE user_id_1 = :target AND user_id_2 = :actor AND connection_type = 'block')
    RETURNING id
)
SELECT count(*) AS inserted FROM inserted \gset
\if :inserted
COMMIT;
\else
ROLLBACK;
\endif
\endif
