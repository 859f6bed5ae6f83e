-- Statements of the journal. Those that write run on the one writer connection, inside BEGIN IMMEDIATE, which takes the database's only
-- write lock: nothing can come between the check of the generation, the check of the sequence number and the insert.

-- name: FindActor
SELECT actor_no, trimmed_to FROM actor WHERE id = ?1;

-- name: AddActor
INSERT INTO actor (id) VALUES (?1);

-- name: HighestRow
SELECT seq FROM journal WHERE actor_no = ?1 ORDER BY seq DESC LIMIT 1;

-- name: Append
INSERT INTO journal (actor_no, seq, time, payload, crc32c) VALUES (?1, ?2, ?3, ?4, ?5);

-- name: Replay
SELECT seq, time, payload, crc32c FROM journal WHERE actor_no = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3;

-- The first write that a trim has to keep, at or below its bound: a trim takes a prefix, so that what remains has no gaps even when the
-- clock once went back.
-- name: FirstKept
SELECT seq FROM journal WHERE actor_no = ?1 AND seq <= ?2 AND time >= ?3 ORDER BY seq LIMIT 1;

-- name: Trim
DELETE FROM journal WHERE actor_no = ?1 AND seq <= ?2;

-- name: MarkTrimmed
UPDATE actor SET trimmed_to = ?2 WHERE actor_no = ?1 AND trimmed_to < ?2;

-- name: ListActors
SELECT id FROM actor WHERE id > ?1 ORDER BY id LIMIT ?2;
