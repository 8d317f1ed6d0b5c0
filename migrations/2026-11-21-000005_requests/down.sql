DROP TABLE enrolled_courses;
DROP TABLE enrolled_students;
DROP TABLE requested_sessions;
