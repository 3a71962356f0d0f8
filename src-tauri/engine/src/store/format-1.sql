-- The short columns of events come first, so that lists and counts read no overflow pages.
CREATE TABLE feeds (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    position INTEGER NOT NULL,
    -- FeedConfig as JSON.
    config TEXT NOT NULL,
    paused INTEGER NOT NULL DEFAULT 0,
    -- Gone for everyone; its events are deleted bit by bit.
    removed INTEGER NOT NULL DEFAULT 0,
    -- Counted in the transactions that change them. No triggers: they would have the index of words written to the disk
    -- with each row, not with each transaction.
    events INTEGER NOT NULL DEFAULT 0,
    unread INTEGER NOT NULL DEFAULT 0,
    starred INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE cursors (
    feed_id INTEGER PRIMARY KEY REFERENCES feeds (id) ON DELETE CASCADE,
    last_event_id TEXT NOT NULL DEFAULT '',
    -- Milliseconds, as the server asked; null until it asked.
    reconnection_time INTEGER
) STRICT;

CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    feed_id INTEGER NOT NULL,
    -- Milliseconds since the Unix epoch.
    received_at INTEGER NOT NULL,
    latest_at INTEGER NOT NULL,
    count INTEGER NOT NULL DEFAULT 1,
    read INTEGER NOT NULL DEFAULT 0,
    starred INTEGER NOT NULL DEFAULT 0,
    urgency INTEGER NOT NULL,
    -- Of type, last event ID and data; 0 without an ID.
    fingerprint INTEGER NOT NULL,
    type TEXT NOT NULL,
    last_event_id TEXT NOT NULL,
    title TEXT NOT NULL,
    link TEXT,
    body TEXT NOT NULL,
    data TEXT NOT NULL
) STRICT;

-- Each of these is read backwards by rowid: one scope of the list, newest first.
CREATE INDEX events_feed ON events (feed_id);
CREATE INDEX events_unread ON events (read) WHERE read = 0;
CREATE INDEX events_unread_feed ON events (feed_id) WHERE read = 0;
CREATE INDEX events_starred ON events (starred) WHERE starred = 1;

-- The words of events, which stay in step row by row; the texts themselves are read from events.
CREATE VIRTUAL TABLE events_text USING fts5 (
    title, body,
    content = 'events', content_rowid = 'id', prefix = '2 3', columnsize = 0, tokenize = 'unicode61 remove_diacritics 2'
);

-- One row.
CREATE TABLE settings (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    -- Settings as JSON.
    settings TEXT NOT NULL
) STRICT;
