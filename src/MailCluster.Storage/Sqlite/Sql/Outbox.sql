-- Statements of the index of outboxes; written on the writer connection only.

-- name: AddOutbox
INSERT INTO outbox (actor, added_at) VALUES (?1, ?2) ON CONFLICT (actor) DO UPDATE SET added_at = excluded.added_at WHERE added_at < excluded.added_at;

-- name: RemoveOutbox
DELETE FROM outbox WHERE actor = ?1 AND added_at < ?2;

-- name: HasOutbox
SELECT count(*) FROM outbox WHERE actor = ?1;

-- name: ListOutboxes
SELECT actor FROM outbox WHERE actor > ?1 ORDER BY actor LIMIT ?2;
