-- Statements of the body store. Rows of body and body_chunk are written once; nothing waits for a lock on them but a node that collects what another one
-- collects, and that one skips them.

-- name: NextNumbers
SELECT nextval('body_number');

-- name: PutChunks
INSERT INTO body_chunk (shard, number, at, bytes) SELECT $1, $2, i.at, i.bytes FROM unnest($3::bigint[], $4::bytea[]) AS i(at, bytes);

-- name: Put
INSERT INTO body (shard, number, owner, email_id, length, crc32c, place, summary, text, body)
SELECT i.shard, i.number, i.owner, i.email_id, i.length, i.crc32c, i.place, i.summary, i.text, CASE WHEN i.place = 0 THEN i.body END
  FROM unnest($1::integer[], $2::bigint[], $3::text[], $4::uuid[], $5::bigint[], $6::integer[], $7::smallint[], $8::bytea[], $9::bytea[], $10::bytea[])
       AS i(shard, number, owner, email_id, length, crc32c, place, summary, text, body);

-- name: Summaries
SELECT number, summary FROM body WHERE shard = $1 AND number = ANY ($2);

-- name: Texts
SELECT number, text FROM body WHERE shard = $1 AND number = ANY ($2);

-- name: Head
SELECT length, place, crc32c FROM body WHERE shard = $1 AND number = $2;

-- A range of a body that is in its row; NULL when it is elsewhere.
-- name: Read
SELECT length, place, crc32c, substring(body FROM $3 FOR $4) FROM body WHERE shard = $1 AND number = $2;

-- The pieces that a range touches, each cut to it.
-- name: ReadChunks
SELECT c.at + greatest($3 - c.at, 0), substring(c.bytes FROM greatest($3 - c.at, 0)::integer + 1 FOR ($3 + $4 - greatest($3, c.at))::integer)
  FROM body_chunk c
 WHERE c.shard = $1 AND c.number = $2 AND c.at < $3 + $4
   AND c.at >= coalesce((SELECT max(f.at) FROM body_chunk f WHERE f.shard = $1 AND f.number = $2 AND f.at <= $3), 0)
 ORDER BY c.at;

-- The first release counts.
-- name: Release
INSERT INTO body_release (shard, number, free_after)
SELECT DISTINCT i.shard, i.number, $3
  FROM unnest($1::integer[], $2::bigint[]) AS i(shard, number)
 WHERE EXISTS (SELECT FROM body b WHERE b.shard = i.shard AND b.number = i.number)
ON CONFLICT DO NOTHING;

-- An object of the bucket that has no row.
-- name: ReleaseObject
INSERT INTO body_release (shard, number, free_after) SELECT i.shard, i.number, $3 FROM unnest($1::integer[], $2::bigint[]) AS i(shard, number)
ON CONFLICT DO NOTHING;

-- name: Unknown
SELECT i.shard, i.number, EXISTS (SELECT FROM body_release r WHERE r.shard = i.shard AND r.number = i.number)
  FROM unnest($1::integer[], $2::bigint[]) AS i(shard, number)
 WHERE NOT EXISTS (SELECT FROM body b WHERE b.shard = i.shard AND b.number = i.number);

-- What may be freed, without a lock. $4: there is a bucket; without one, what is in it has to wait.
-- name: Due
SELECT r.shard, r.number, coalesce(b.place, 2)::smallint
  FROM body_release r LEFT JOIN body b ON b.shard = r.shard AND b.number = r.number
 WHERE ($1::integer[] IS NULL OR r.shard = ANY ($1)) AND r.free_after <= $2 AND ($4 OR coalesce(b.place, 2) <> 2)
 LIMIT $3;

-- name: Free
WITH due AS MATERIALIZED (
    SELECT r.shard, r.number FROM unnest($1::integer[], $2::bigint[]) AS i(shard, number)
      JOIN body_release r ON r.shard = i.shard AND r.number = i.number FOR UPDATE OF r SKIP LOCKED
), chunks AS (
    DELETE FROM body_chunk c USING due d WHERE c.shard = d.shard AND c.number = d.number
), rows AS (
    DELETE FROM body b USING due d WHERE b.shard = d.shard AND b.number = d.number
)
DELETE FROM body_release r USING due d WHERE r.shard = d.shard AND r.number = d.number;

-- name: List
SELECT b.shard, b.number, b.owner, b.email_id, b.length, b.place, b.crc32c,
       EXISTS (SELECT FROM body_release r WHERE r.shard = b.shard AND r.number = b.number)
  FROM body b WHERE (b.shard, b.number) > ($1, $2) ORDER BY b.shard, b.number LIMIT $3;
