-- The ledger of personas asked alone: one row a call, and nothing of what was said. A row is there before the first request is
-- sent, so that a call that broke off is missed by nobody.
CREATE TABLE asks (
    key              INTEGER PRIMARY KEY,
    at_ms            INTEGER NOT NULL,
    persona          TEXT    NOT NULL,
    alias            TEXT    NOT NULL,
    provider         TEXT    NOT NULL,
    model            TEXT    NOT NULL,
    outcome          TEXT    NOT NULL DEFAULT 'under_way',
    calls            INTEGER NOT NULL DEFAULT 0,
    requests         INTEGER NOT NULL DEFAULT 0,
    unknown          INTEGER NOT NULL DEFAULT 0,
    input_tokens     INTEGER NOT NULL DEFAULT 0,
    cached_tokens    INTEGER NOT NULL DEFAULT 0,
    output_tokens    INTEGER NOT NULL DEFAULT 0,
    reasoning_tokens INTEGER NOT NULL DEFAULT 0,
    estimated        INTEGER NOT NULL DEFAULT 0,
    cost_usd         REAL,
    elapsed_ms       INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX asks_by_time ON asks (at_ms);
