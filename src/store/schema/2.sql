ALTER TABLE sessions RENAME TO sessions_1;
ALTER TABLE events RENAME TO events_1;

-- The log. `place` is the session's key times 2^20 plus the event's number, so that a session's events lie together.
CREATE TABLE events (
    place   INTEGER PRIMARY KEY,
    at_ms   INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    session INTEGER GENERATED ALWAYS AS (place >> 20) VIRTUAL,
    seq     INTEGER GENERATED ALWAYS AS (place & 1048575) VIRTUAL
) STRICT;

-- One row a session. `key` is the millisecond in its id, or the next one that is free: a larger key is a newer session.
-- All but `key` and `id` is what the events imply. The topic stands last, because it may be long.
CREATE TABLE sessions (
    key       INTEGER PRIMARY KEY,
    id        TEXT    NOT NULL UNIQUE,
    opened_ms INTEGER NOT NULL,
    latest_ms INTEGER NOT NULL DEFAULT 0,
    standing  TEXT    NOT NULL DEFAULT 'unreadable',
    mode      TEXT    NOT NULL,
    name      TEXT,
    parent    TEXT,
    folded    TEXT    NOT NULL DEFAULT '',
    topic     TEXT    NOT NULL
) STRICT;

CREATE INDEX sessions_by_mode ON sessions (mode);
CREATE INDEX sessions_by_standing ON sessions (standing);
CREATE UNIQUE INDEX sessions_by_name ON sessions (name) WHERE name IS NOT NULL;
CREATE INDEX sessions_by_parent ON sessions (parent) WHERE parent IS NOT NULL;

CREATE TABLE tags (
    session INTEGER NOT NULL,
    key     TEXT    NOT NULL,
    value   TEXT    NOT NULL,
    PRIMARY KEY (session, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX tags_by_value ON tags (key, value);

-- The words of each event, under its place. The text itself is in the log, and nowhere twice. The beginnings of words
-- cost a tenth of the database, and without them a search for one may take seconds.
CREATE VIRTUAL TABLE words USING fts5 (
    text,
    content = '',
    columnsize = 0,
    prefix = '1 2 3',
    tokenize = 'unicode61 remove_diacritics 2'
);

-- What is deleted must be gone, not only hidden until the index is merged.
INSERT INTO words (words, rank) VALUES ('secure-delete', 1);

-- What other processes ask of the one that runs a session.
CREATE TABLE requests (
    session INTEGER PRIMARY KEY,
    kind    TEXT NOT NULL
) STRICT;
