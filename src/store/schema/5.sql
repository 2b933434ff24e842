-- The terms of each event's words, under its place: words, and pairs of characters where a script has no spaces. They are folded
-- and cut before they come here, so that nothing but the spaces between them is left to do.
DROP TABLE words;

CREATE VIRTUAL TABLE words USING fts5 (
    text,
    content = '',
    columnsize = 0,
    prefix = '1 2 3',
    tokenize = 'ascii'
);

-- What is deleted must be gone, not only hidden until the index is merged.
INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
