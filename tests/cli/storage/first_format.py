"""Makes a history of the first format in a directory: a feed, and 2 MB of events. Arguments: the directory, the format."""
import os
import sqlite3
import sys

directory, schema = sys.argv[1:]
os.mkdir(directory, 0o700)
history = sqlite3.connect(f"{directory}/tidings.db")
history.executescript(schema)
history.execute("PRAGMA application_id = 0x5449444e")
history.execute("PRAGMA user_version = 1")
config = '{"name": "story", "url": "http://127.0.0.1:9/"}'
history.execute("INSERT INTO feeds (id, position, config, events, unread) VALUES (1, 1, ?, 200, 200)", [config])
event = """INSERT INTO events (id, feed_id, received_at, latest_at, urgency, fingerprint, type, last_event_id, title, body, data)
    VALUES (?, 1, 0, 0, 1, 0, 'message', '', 'a title', '', ?)"""
history.executemany(event, ((number, f"event {number:0>10000}") for number in range(1, 201)))
history.commit()
