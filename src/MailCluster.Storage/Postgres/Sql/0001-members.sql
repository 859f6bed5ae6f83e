-- Schema 1: the installation, its members, its shards. These tables are small and stay on one server, the one that decides.
-- A migration runs in one transaction that holds the advisory lock of PostgresSchema; nothing else of ours is running on the tables it creates.

-- Facts that are decided once: the number of shards, the cluster's name.
CREATE TABLE setting (
    key   text NOT NULL PRIMARY KEY,
    value text NOT NULL
);

-- One row per run of a node. Updated by each renewal of a lease, so it is not the row that writes lock: that is member_fence.
CREATE TABLE member (
    generation  bigint      NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    node        text        NOT NULL COLLATE "C",
    address     text        NOT NULL,
    roles       integer     NOT NULL, -- bits of NodeRoles
    version     text        NOT NULL, -- release, for people
    status      smallint    NOT NULL, -- MemberStatus: 0 active, 1 leaving, 2 dead
    closing     boolean     NOT NULL DEFAULT false, -- new writes are refused already; becomes dead once those under way have ended
    lease_until timestamptz NOT NULL, -- by this server's clock, the only one
    started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at    timestamptz
) WITH (fillfactor = 50); -- room for the renewals on the page itself

CREATE INDEX member_by_node ON member (node, generation DESC);

-- The fence: every write of a run locks its row FOR SHARE and requires it alive; declaring the run dead updates the row, once, and so
-- waits for each write under way.
CREATE TABLE member_fence (
    generation bigint  NOT NULL PRIMARY KEY REFERENCES member ON DELETE CASCADE,
    alive      boolean NOT NULL DEFAULT true
) WITH (fillfactor = 50);

-- Who has which shard. Rows are made when the number of shards is decided.
CREATE TABLE shard (
    shard            integer NOT NULL PRIMARY KEY,
    owner            text    COLLATE "C", -- the node's name, for people; null when free
    owner_generation bigint  NOT NULL DEFAULT 0, -- 0: free
    version          bigint  NOT NULL DEFAULT 0 -- grows with every change of the owner
) WITH (fillfactor = 50);

CREATE INDEX shard_by_owner ON shard (owner_generation);

-- One row: grows with every change of members or shards. Moved by triggers below, in the transaction of the change.
CREATE TABLE cluster_map (
    only_row boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (only_row),
    version  bigint  NOT NULL
) WITH (fillfactor = 50);

INSERT INTO cluster_map (version) VALUES (0);

-- The map's version and the notice to all nodes, for whoever changes members or shards. They run at the end of the statement, so cluster_map is
-- locked after the rows that changed. A renewal changes nothing that the map shows.
CREATE FUNCTION map_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE cluster_map SET version = version + 1;
    PERFORM pg_notify('mailcluster_map', '');
    RETURN NULL;
END
$$;

CREATE FUNCTION shards_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM changed) THEN
        UPDATE cluster_map SET version = version + 1;
        PERFORM pg_notify('mailcluster_map', '');
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER member_joined AFTER INSERT ON member FOR EACH ROW EXECUTE FUNCTION map_changed();

CREATE TRIGGER member_moved AFTER UPDATE ON member FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION map_changed();

CREATE TRIGGER shard_moved AFTER UPDATE ON shard REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION shards_changed();
