DROP TABLE installation;
DROP TABLE calendar_feeds;
DROP TABLE time_off;
DROP TABLE tutor_availability;
DROP TABLE session_changes;
DROP TABLE sessions;
