-- POST /api/connections/check: the connections between two users, each direction by the unique key.
\set n random(0, :accounts - 1)
\set id :tutors + 1 + (:n * 97) % (:users - :tutors)
\set target random(2, :users)
SELECT id, user_id_1, user_id_2, connection_type, status, initiated_by, created_at
FROM connections WHERE user_id_1 = :id AND user_id_2 = :target
UNION ALL
SELECT id, user_id_1, user_id_2, connection_type, status, initiated_by, created_at
FROM connections WHERE user_id_1 = :target AND user_id_2 = :id;
