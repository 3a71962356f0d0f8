-- What came and what was opened in each minute that had something, for the figures of a feed: kept for some days, whatever
-- becomes of the events.
CREATE TABLE activity (
    feed_id INTEGER NOT NULL,
    -- Minutes since the Unix epoch.
    minute INTEGER NOT NULL,
    -- Events that came: new ones, those that came again, and those that rules dropped.
    events INTEGER NOT NULL,
    -- Connections that were made.
    opened INTEGER NOT NULL,
    -- Milliseconds without a connection before those, as far as they are no gap.
    absent INTEGER NOT NULL,
    PRIMARY KEY (feed_id, minute)
) STRICT, WITHOUT ROWID;

INSERT INTO activity (feed_id, minute, events, opened, absent)
    SELECT feed_id, received_at / 60000, count(*), 0, 0 FROM events
    WHERE received_at >= (unixepoch() - 86400) * 1000 GROUP BY 1, 2;

-- Whether the source told afterwards what was missed: then it was not connected, but nothing is missing.
ALTER TABLE gaps ADD COLUMN made_up INTEGER NOT NULL DEFAULT 0;

-- Milliseconds since the Unix epoch: when the feed was connected for the first time; null before it was.
ALTER TABLE cursors ADD COLUMN connected_since INTEGER;

UPDATE cursors SET connected_since = (SELECT received_at FROM events WHERE feed_id = cursors.feed_id ORDER BY id LIMIT 1);
