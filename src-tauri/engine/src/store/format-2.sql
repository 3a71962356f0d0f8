-- What mapping and rules say of an event beyond its title, body, link and urgency, as JSON; null for nothing.
ALTER TABLE events ADD COLUMN details TEXT;

-- Which part of what came it is, from 1; 0 for an event that was not split. Part of the fingerprint.
ALTER TABLE events ADD COLUMN part INTEGER NOT NULL DEFAULT 0;

-- How many events rules dropped.
ALTER TABLE feeds ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;
