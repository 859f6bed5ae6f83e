-- Statements of the snapshot store.

-- Two saves of one actor, of which the first one's outcome is unknown and may still be on its way, take turns: the second takes its snapshot of the
-- table after it has the lock. Held until the end of the transaction, which is these two statements.
-- name: LockActor
SELECT pg_advisory_xact_lock($1);

-- Fenced as an append is (Journal.sql). $5 are parts that go and are not in $6.
-- name: Save
WITH fence AS MATERIALIZED (
    SELECT f.generation FROM member_fence f
     WHERE f.generation = $1 AND f.alive AND NOT EXISTS (SELECT FROM member m WHERE m.generation = f.generation AND m.closing)
       FOR SHARE OF f
), moved AS (
    INSERT INTO snapshot AS s (shard, actor_no, seq) SELECT $2, $3, $4 FROM fence
    ON CONFLICT (shard, actor_no) DO UPDATE SET seq = excluded.seq WHERE s.seq < excluded.seq
    RETURNING s.seq
), dropped AS (
    DELETE FROM snapshot_part p WHERE p.shard = $2 AND p.actor_no = $3 AND p.name = ANY ($5) AND EXISTS (SELECT FROM moved)
), put AS (
    INSERT INTO snapshot_part (shard, actor_no, name, crc32c, bytes)
    SELECT $2, $3, i.name, i.crc32c, i.bytes FROM unnest($6::text[], $7::integer[], $8::bytea[]) AS i(name, crc32c, bytes) WHERE EXISTS (SELECT FROM moved)
    ON CONFLICT (shard, actor_no, name) DO UPDATE SET crc32c = excluded.crc32c, bytes = excluded.bytes
)
SELECT EXISTS (SELECT FROM fence);

-- All of it in one statement, so that it is never half of a save.
-- name: Load
SELECT a.trimmed_to, s.seq, p.name, p.crc32c, p.bytes
  FROM actor a
  JOIN snapshot s ON s.shard = a.shard AND s.actor_no = a.actor_no
  LEFT JOIN snapshot_part p ON p.shard = a.shard AND p.actor_no = a.actor_no
 WHERE a.shard = $1 AND a.id = $2
 ORDER BY p.name;

-- name: Delete
WITH gone AS (DELETE FROM snapshot_part WHERE shard = $1 AND actor_no = $2)
DELETE FROM snapshot WHERE shard = $1 AND actor_no = $2;
