-- GET /api/me: a user's row with the ids of the three profiles.
\set n random(0, :accounts - 1)
\set id :tutors + 1 + (:n * 97) % (:users - :tutors)
SELECT u.id, u.email, u.username, u.first_name, u.last_name, u.father_name, u.grandfather_name, u.display_name, u.phone,
       u.date_of_birth, u.roles, u.active_role, u.time_zone, u.is_private, u.profile_picture, u.is_active,
       u.email_verified, u.created_at, s.id, t.id, p.id
FROM users u
LEFT JOIN student_profiles s ON s.user_id = u.id
LEFT JOIN tutor_profiles t ON t.user_id = u.id
LEFT JOIN parent_profiles p ON p.user_id = u.id
WHERE u.id = :id;
