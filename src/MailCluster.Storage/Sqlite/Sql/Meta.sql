-- Statements on the facts of the installation; written on the writer connection only.

-- name: GetMeta
SELECT value FROM meta WHERE key = ?1;

-- name: AddMeta
INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING;

-- A write of one page, committed with synchronous=FULL: its fsync of the log covers every commit before it.
-- name: Touch
INSERT INTO meta (key, value) VALUES ('flushed', ?1) ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: Begin
BEGIN IMMEDIATE;

-- name: BeginRead
BEGIN;

-- name: Commit
COMMIT;

-- name: Rollback
ROLLBACK;
