-- Statements on the facts of the installation. Locks: a row of setting, and each new row of shard, for the time of one statement.

-- What was there first stays. Two nodes at once: the second waits for the first at the unique key and then finds its value.
-- name: AddSetting
INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING;

-- name: GetSetting
SELECT value FROM setting WHERE key = $1;

-- name: AddShards
INSERT INTO shard (shard) SELECT generate_series(0, $1 - 1) ON CONFLICT (shard) DO NOTHING;

-- name: ServerDurability
SELECT current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on';
