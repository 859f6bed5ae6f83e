-- Statements of the member table: runs of nodes, their leases, the fence.
--
-- Locks. A write of mail holds the run's row of member_fence FOR SHARE for the one statement that it is (Journal.sql, Snapshots.sql). Renewals
-- lock the row of member alone, so they never wait for writes. Declaring a run dead takes two transactions:
--   1. Closing, the row of member: from its commit on new writes are refused. Without it, writes that overlap could hold the share lock between them
--      for ever, since PostgreSQL lets a share lock pass by an updater that waits.
--   2. Fence and what follows, the row of member_fence: waits for the writes under way. After its commit none can land: those that come later
--      wait for, or read, the row as it is then.
-- A crash between the two leaves a run that is closing: it cannot write, nobody takes its shards yet, and whoever finds its lease over does step 2.
-- cluster_map is locked after these rows, by the triggers of 0001-members.sql.

-- name: CloseNode
UPDATE member SET closing = true WHERE node = $1 AND status <> 2 AND NOT closing;

-- name: Close
UPDATE member SET closing = true
 WHERE generation = $1 AND status <> 2 AND NOT closing AND (NOT $2 OR lease_until < clock_timestamp());

-- Two runs of one name that start at the same time take turns, so that the second one finds the first. Held until the end of the transaction.
-- name: LockNode
SELECT pg_advisory_xact_lock(hashtextextended($1, 0));

-- name: FenceNode
UPDATE member_fence SET alive = false
 WHERE generation IN (SELECT m.generation FROM member m WHERE m.node = $1) AND alive;

-- name: EndNode
UPDATE member SET status = 2, closing = true, ended_at = clock_timestamp() WHERE node = $1 AND status <> 2;

-- name: Fence
UPDATE member_fence f SET alive = false
 WHERE f.generation = $1 AND f.alive AND EXISTS (SELECT FROM member m WHERE m.generation = f.generation AND m.closing);

-- name: End
UPDATE member m SET status = 2, ended_at = clock_timestamp() WHERE m.generation = $1 AND m.closing AND m.status <> 2;

-- Runs that ended yesterday are nobody's any more: their fence goes with them, and without a fence nothing is written.
-- name: Forget
DELETE FROM member m
 WHERE m.status = 2 AND m.ended_at < clock_timestamp() - interval '1 day'
   AND NOT EXISTS (SELECT FROM shard s WHERE s.owner_generation = m.generation);

-- Fails with MCLVL where the cluster has reached a level that the node does not speak (0008-levels.sql).
-- name: Join
WITH joined AS (
    INSERT INTO member (node, address, roles, version, status, lease_until, level)
    VALUES ($1, $2, $3, $4, 0, clock_timestamp() + $5, $6) RETURNING generation
)
INSERT INTO member_fence (generation) SELECT generation FROM joined RETURNING generation;

-- name: IsAlive
SELECT EXISTS (SELECT FROM member_fence f JOIN member m USING (generation) WHERE f.generation = $1 AND f.alive AND NOT m.closing);

-- name: IsDead
SELECT NOT EXISTS (SELECT FROM member_fence f WHERE f.generation = $1 AND f.alive);

-- name: Renew
UPDATE member SET lease_until = clock_timestamp() + $2 WHERE generation = $1 AND status <> 2 AND NOT closing;

-- name: Leave
UPDATE member SET status = 1 WHERE generation = $1 AND status = 0 AND NOT closing;
