-- Those of the last events of each feed that are pruned: by what they are recognised when they come again.
CREATE TABLE pruned (
    event_id INTEGER PRIMARY KEY,
    feed_id INTEGER NOT NULL REFERENCES feeds (id) ON DELETE CASCADE,
    fingerprint INTEGER NOT NULL
) STRICT;

CREATE INDEX pruned_feed ON pruned (feed_id, event_id);
