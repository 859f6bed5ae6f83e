-- Statements of the snapshot store. A save is one transaction of the writer connection; a load reads all parts in one read transaction, so
-- that it never sees half a save.

-- name: FindSnapshot
SELECT s.seq FROM snapshot AS s WHERE s.actor_no = ?1;

-- name: PutSnapshot
INSERT INTO snapshot (actor_no, seq) VALUES (?1, ?2) ON CONFLICT (actor_no) DO UPDATE SET seq = excluded.seq;

-- name: PutPart
INSERT INTO snapshot_part (actor_no, name, crc32c, bytes) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (actor_no, name) DO UPDATE SET crc32c = excluded.crc32c, bytes = excluded.bytes;

-- name: DropPart
DELETE FROM snapshot_part WHERE actor_no = ?1 AND name = ?2;

-- name: Parts
SELECT name, crc32c, bytes FROM snapshot_part WHERE actor_no = ?1 ORDER BY name;

-- name: DeleteSnapshot
DELETE FROM snapshot WHERE actor_no = ?1;

-- name: DeleteParts
DELETE FROM snapshot_part WHERE actor_no = ?1;
