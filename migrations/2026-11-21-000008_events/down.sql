DROP TABLE socket_tickets;
DROP TABLE events;
DROP TABLE event_logs;
