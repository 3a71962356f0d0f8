-- When the user removed a feed whose history stays, in milliseconds since the Unix epoch; null: it is there. (The older
-- column, `removed`, says of a feed that it goes together with its events.)
ALTER TABLE feeds ADD COLUMN retired_at INTEGER;

CREATE INDEX feeds_retired ON feeds (id) WHERE retired_at IS NOT NULL;
