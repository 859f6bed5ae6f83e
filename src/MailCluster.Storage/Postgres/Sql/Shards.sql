-- Statements of the shard table. Each transaction locks in this order: a row of member, rows of shard, cluster_map; a claim takes cluster_map before the
-- shards, and skips shards that another transaction has locked, so it waits for none of them.

-- The claimant must not be declared dead meanwhile. A renewal of its lease waits for the claim.
-- name: LockActive
SELECT generation FROM member WHERE generation = $1 AND status = 0 AND NOT closing FOR SHARE;

-- Claims take turns, each a moment long: the next statement then sees every run that has joined and every shard that was claimed before.
-- name: LockMap
SELECT version FROM cluster_map FOR UPDATE;

-- A run that is not dead has its fence alive; one that is closing has it too, so its shards are not taken before its writes have ended.
-- name: Claim
WITH claimant AS MATERIALIZED (
    SELECT m.generation, m.node FROM member m WHERE m.generation = $1 AND m.status = 0 AND NOT m.closing
), free AS MATERIALIZED (
    SELECT s.shard FROM shard s
     WHERE EXISTS (SELECT FROM claimant)
       AND NOT EXISTS (SELECT FROM member_fence f WHERE f.generation = s.owner_generation AND f.alive)
     ORDER BY s.shard LIMIT $2 FOR UPDATE OF s SKIP LOCKED
)
UPDATE shard s SET owner = c.node, owner_generation = c.generation, version = s.version + 1
  FROM free, claimant c WHERE s.shard = free.shard
RETURNING s.shard;

-- name: Release
WITH successor AS MATERIALIZED (
    SELECT m.generation, m.node FROM member m WHERE m.generation = $3 AND m.status = 0 AND NOT m.closing
)
UPDATE shard s
   SET owner = (SELECT node FROM successor), owner_generation = coalesce((SELECT generation FROM successor), 0),
       version = s.version + 1
 WHERE s.shard = $2 AND s.owner_generation = $1;

-- Members and owners in one statement, so that they fit together: first the version, then the newest run of each node, then the shards. One that is
-- closing has no lease left.
-- name: ReadMap
SELECT version AS map_version, NULL::integer AS shard, NULL::bigint AS generation, NULL::text AS node, NULL::text AS address, NULL::integer AS roles,
       NULL::text AS version, NULL::smallint AS status, NULL::double precision AS lease_left, level
  FROM cluster_map
UNION ALL
SELECT NULL, NULL, m.generation, m.node, m.address, m.roles, m.version, m.status,
       CASE WHEN m.closing THEN 0 ELSE extract(epoch FROM m.lease_until - clock_timestamp())::double precision END,
       m.level
  FROM member m
 WHERE NOT EXISTS (SELECT FROM member n WHERE n.node = m.node AND n.generation > m.generation)
UNION ALL
SELECT NULL, s.shard, s.owner_generation, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM shard s
ORDER BY shard NULLS FIRST, generation NULLS FIRST;

-- The level rises to what every member that is not dead speaks, and with it the schema's version that older programs see. After LockMap, in the same transaction: whoever
-- joins locks cluster_map too, so this statement sees all that have joined, and those that come later see the level. Tools, which have no role, have no say.
-- name: RaiseLevel
WITH raised AS (
    UPDATE cluster_map c SET level = spoken.level, version = c.version + 1
      FROM (SELECT min(m.level) AS level FROM member m WHERE m.status <> 2 AND m.roles <> 0) AS spoken
     WHERE spoken.level > c.level
    RETURNING c.level
)
SELECT pg_notify('mailcluster_map', '') FROM raised;

-- name: PublishSchema
INSERT INTO schema_version (version) SELECT s.version FROM schema_step s, cluster_map c WHERE s.level <= c.level ON CONFLICT DO NOTHING;

-- name: ReadLevel
SELECT level FROM cluster_map;
