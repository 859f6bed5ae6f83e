-- Statements of the journal. Each is one transaction by itself: a node that stops in the middle leaves no lock behind.

-- Gives numbers to actors that have none, and finds those that have one. Two nodes at once: the second waits at the unique key, adds nothing, and may not
-- see the first one's row in its snapshot; it asks again.
-- name: NameActors
WITH wanted AS MATERIALIZED (SELECT w.shard, w.id FROM unnest($1::integer[], $2::text[]) AS w(shard, id)),
     added AS (INSERT INTO actor (shard, id) SELECT w.shard, w.id FROM wanted w ORDER BY w.shard, w.id ON CONFLICT DO NOTHING RETURNING id, actor_no)
SELECT id, actor_no FROM added
UNION ALL
SELECT a.id, a.actor_no FROM wanted w JOIN actor a ON a.shard = w.shard AND a.id = w.id;

-- name: FindActor
SELECT actor_no FROM actor WHERE shard = $1 AND id = $2;

-- The append of a group: one row an actor's write.
--   Fence: the row of the writer's generation is locked FOR SHARE in this statement, which waits for a transaction that declares it dead and then sees
--   it dead; that transaction waits for this one otherwise. MATERIALIZED, so that the lock is taken for certain and once.
--   Sequence: an actor's writes in the group are numbered without a gap, and the number before the first of them (head) must be that of a row which
--   is there, or the end of what was trimmed. That nothing comes after it is for the primary key to say: of two writers of one number the second waits
--   for the first and then adds nothing.
-- Answers the writes that were stored. A statement with an old snapshot cannot add a number that was written and trimmed meanwhile:
-- statement_timeout ends it within seconds, and a trim goes by retention.
-- name: Append
WITH fence AS MATERIALIZED (
    SELECT f.generation FROM member_fence f
     WHERE f.generation = ANY ($1) AND f.alive AND NOT EXISTS (SELECT FROM member m WHERE m.generation = f.generation AND m.closing)
     ORDER BY f.generation FOR SHARE OF f
), input AS MATERIALIZED (
    SELECT i.generation, i.shard, i.actor_no, i.seq, i.time, i.crc32c, i.payload, i.head
      FROM unnest($2::bigint[], $3::integer[], $4::bigint[], $5::bigint[], $6::bigint[], $7::integer[], $8::bytea[], $9::bigint[])
           AS i(generation, shard, actor_no, seq, time, crc32c, payload, head)
)
INSERT INTO journal (shard, actor_no, seq, time, crc32c, payload)
SELECT i.shard, i.actor_no, i.seq, i.time, i.crc32c, i.payload
  FROM input i
 WHERE i.generation IN (SELECT f.generation FROM fence f)
   AND (EXISTS (SELECT FROM journal j WHERE j.shard = i.shard AND j.actor_no = i.actor_no AND j.seq = i.head)
        OR i.head = (SELECT a.trimmed_to FROM actor a WHERE a.shard = i.shard AND a.actor_no = i.actor_no))
ON CONFLICT DO NOTHING
RETURNING actor_no, seq;

-- Why writes were not stored: whether their generations are alive, and where their streams end.
-- name: Diagnose
SELECT i.place,
       EXISTS (SELECT FROM member_fence f JOIN member m ON m.generation = f.generation WHERE f.generation = i.generation AND f.alive AND NOT m.closing),
       greatest((SELECT max(j.seq) FROM journal j WHERE j.shard = i.shard AND j.actor_no = i.actor_no),
                (SELECT a.trimmed_to FROM actor a WHERE a.shard = i.shard AND a.actor_no = i.actor_no))
  FROM unnest($1::bigint[], $2::integer[], $3::bigint[]) WITH ORDINALITY AS i(generation, shard, actor_no, place);

-- name: Replay
SELECT seq, time, crc32c, payload FROM journal WHERE shard = $1 AND actor_no = $2 AND seq > $3 ORDER BY seq LIMIT $4;

-- name: Highest
SELECT greatest(a.trimmed_to, (SELECT max(j.seq) FROM journal j WHERE j.shard = a.shard AND j.actor_no = a.actor_no))
  FROM actor a WHERE a.shard = $1 AND a.id = $2;

-- A trim takes a prefix, so that what remains has no gaps even when the clock once went back. Locks the actor's row and the rows it
-- removes; appends touch neither.
-- name: Trim
WITH bound AS MATERIALIZED (
    SELECT a.actor_no,
           coalesce((SELECT min(j.seq) FROM journal j WHERE j.shard = a.shard AND j.actor_no = a.actor_no AND j.seq <= $3 AND j.time >= $4) - 1,
                    (SELECT max(j.seq) FROM journal j WHERE j.shard = a.shard AND j.actor_no = a.actor_no AND j.seq <= $3),
                    0) AS last
      FROM actor a WHERE a.shard = $1 AND a.id = $2 FOR NO KEY UPDATE
), marked AS (
    UPDATE actor a SET trimmed_to = b.last FROM bound b WHERE a.shard = $1 AND a.id = $2 AND a.trimmed_to < b.last RETURNING b.actor_no, b.last
)
DELETE FROM journal j USING marked m WHERE j.shard = $1 AND j.actor_no = m.actor_no AND j.seq <= m.last;

-- An actor has a number as soon as it tried to write; it is listed once it did.
-- name: ListActors
SELECT a.id FROM actor a
 WHERE a.id > $1 AND (a.trimmed_to > 0 OR EXISTS (SELECT FROM journal j WHERE j.shard = a.shard AND j.actor_no = a.actor_no))
 ORDER BY a.id LIMIT $2;
