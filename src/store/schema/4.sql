-- Searches of the web that a persona made when it was asked alone.
ALTER TABLE asks ADD COLUMN searches INTEGER NOT NULL DEFAULT 0;
