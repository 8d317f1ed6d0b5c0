DROP TABLE follow_acceptances;
DROP TABLE connection_counters;
DROP TABLE connections;
