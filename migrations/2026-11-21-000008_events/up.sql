-- The end of each user's log. Counting it up locks the row until the transaction ends, so that the places in a log have no
-- gaps and are in the order of commits.
CREATE TABLE event_logs (
    user_id BIGINT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    last_seq BIGINT NOT NULL
);

-- What users are told about, one row for each reader.
CREATE TABLE events (
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    -- On PostgreSQL the id of the transaction that wrote the event, which tells whether it was visible in a snapshot. On
    -- SQLite, which commits in the order of writing, a number that grows from statement to statement.
    position BIGINT NOT NULL,
    type TEXT NOT NULL,
    -- A JSON object with the ids of what has changed, never its content.
    data TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, seq)
);
-- The end of all logs together, and the oldest events.
CREATE INDEX events_position ON events (position);

-- Proofs of identity for opening sockets. Each can be used once.
CREATE TABLE socket_tickets (
    digest TEXT PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    auth_session_id BIGINT NOT NULL REFERENCES auth_sessions (id) ON DELETE CASCADE,
    -- The expiry of the access token that the ticket was issued for.
    token_expires_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX socket_tickets_expires ON socket_tickets (expires_at);
