-- What was decided about announcing events: one row for each run of a feed's events with the same outcome, so that a burst
-- or a night costs a row and not one for each event. What no row covers is not decided yet.
CREATE TABLE outcomes (
    feed_id INTEGER NOT NULL,
    first_event INTEGER NOT NULL,
    last_event INTEGER NOT NULL,
    -- How many events were in the run when it was decided.
    events INTEGER NOT NULL,
    -- A code of store/outcomes.rs.
    plan INTEGER NOT NULL,
    -- Milliseconds since the Unix epoch, where the plan has a time.
    until INTEGER,
    announcement INTEGER,
    PRIMARY KEY (feed_id, first_event)
) STRICT, WITHOUT ROWID;

CREATE INDEX outcomes_announcement ON outcomes (announcement) WHERE announcement IS NOT NULL;

-- What was announced, and what the notification service said.
CREATE TABLE announcements (
    id INTEGER PRIMARY KEY,
    -- A code of store/outcomes.rs; null: it waits, or is on its way.
    answer INTEGER,
    -- Milliseconds since the Unix epoch.
    answered_at INTEGER,
    -- The service's number, or its words.
    detail ANY,
    -- In which words the service refused it, or a part of it, last.
    refusal TEXT
) STRICT;

CREATE INDEX announcements_open ON announcements (id) WHERE answer IS NULL;

-- Until when nothing is announced of a feed, or (0) of all; null: until the user says so.
CREATE TABLE mutes (
    feed_id INTEGER PRIMARY KEY,
    until INTEGER
) STRICT;

-- What came before is not announced late.
INSERT INTO outcomes (feed_id, first_event, last_event, events, plan)
    SELECT feed_id, min(id), max(id), count(*), 25 FROM events GROUP BY feed_id;
