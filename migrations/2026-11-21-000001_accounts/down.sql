DROP TABLE calendars;
DROP TABLE refresh_tokens;
DROP TABLE auth_sessions;
DROP TABLE parent_profiles;
DROP TABLE tutor_profiles;
DROP TABLE student_profiles;
DROP TABLE name_endings;
DROP TABLE users;
