-- What a query parameter resumes from, where that is not the last event ID; empty for none.
ALTER TABLE cursors ADD COLUMN resume_token TEXT NOT NULL DEFAULT '';
-- Milliseconds since the Unix epoch: a moment at which the feed is known to have been connected, besides the arrivals of
-- its events and the ends of its gaps; null before it was.
ALTER TABLE cursors ADD COLUMN connected_until INTEGER;

-- The times in which a feed was not connected and of which its source told nothing afterwards.
CREATE TABLE gaps (
    id INTEGER PRIMARY KEY,
    feed_id INTEGER NOT NULL REFERENCES feeds (id) ON DELETE CASCADE,
    -- Milliseconds since the Unix epoch.
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL
) STRICT;

CREATE INDEX gaps_feed ON gaps (feed_id, until_at);
