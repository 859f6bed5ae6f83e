-- Statements of the writer registry. They run on the writer connection like every append, so a generation that is declared dead here is
-- dead for each append that comes after it in the queue, and each append before it has landed.

-- name: Register
INSERT INTO writer (node, alive, registered_at) VALUES (?1, 1, ?2);

-- name: FenceEarlier
UPDATE writer SET alive = 0 WHERE node = ?1 AND alive = 1;

-- name: Fence
UPDATE writer SET alive = 0 WHERE generation = ?1 AND alive = 1;

-- name: IsAlive
SELECT 1 FROM writer WHERE generation = ?1 AND alive = 1;
