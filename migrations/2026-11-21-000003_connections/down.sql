DROP TABLE connection_counters;
DROP TABLE connections;
