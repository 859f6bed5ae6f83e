-- Statements of the index of outboxes. Locks: the row of the actor, for one statement. Each may be sent twice and does the same.

-- name: Add
INSERT INTO outbox AS o (actor, added_at) VALUES ($1, $2) ON CONFLICT (actor) DO UPDATE SET added_at = excluded.added_at WHERE o.added_at < excluded.added_at;

-- name: Remove
WITH gone AS (DELETE FROM outbox WHERE actor = $1 AND added_at < $2)
SELECT NOT EXISTS (SELECT FROM outbox WHERE actor = $1 AND added_at >= $2);

-- name: List
SELECT actor FROM outbox WHERE actor > $1 ORDER BY actor LIMIT $2;
