-- One row a session: only what never changes. Everything else is what its events imply.
CREATE TABLE sessions (
    key       INTEGER PRIMARY KEY,
    id        TEXT    NOT NULL UNIQUE,
    opened_ms INTEGER NOT NULL,
    mode      TEXT    NOT NULL,
    topic     TEXT    NOT NULL
) STRICT;

-- The log: appended to, never changed. `body` is the event as JSON.
CREATE TABLE events (
    session INTEGER NOT NULL REFERENCES sessions (key),
    seq     INTEGER NOT NULL,
    at_ms   INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;
