-- Schema 1. Taken in one transaction at the first start; see SqliteSchema for how versions go on.

-- Facts of the installation that are decided once, such as the number of shards.
CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The fence: one row per run of a node. AUTOINCREMENT, so that no generation is ever given twice.
CREATE TABLE writer (
    generation    INTEGER PRIMARY KEY AUTOINCREMENT,
    node          TEXT    NOT NULL,
    alive         INTEGER NOT NULL,
    registered_at INTEGER NOT NULL -- ticks of 100 ns, UTC
) STRICT;

-- Names every actor by a small number, so that the journal does not repeat addresses. trimmed_to is the highest write that a trim has
-- removed: with it the highest number never falls although no row per actor is rewritten by an append.
CREATE TABLE actor (
    actor_no   INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    trimmed_to INTEGER NOT NULL DEFAULT 0
) STRICT;

-- The journal: one row per append, clustered by actor so that replay is one range scan.
CREATE TABLE journal (
    actor_no INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    time     INTEGER NOT NULL, -- ticks of 100 ns, UTC
    payload  BLOB    NOT NULL,
    PRIMARY KEY (actor_no, seq)
) STRICT, WITHOUT ROWID;

-- Where each actor's snapshot stands, and its parts. Parts are big, so they live in a rowid table.
CREATE TABLE snapshot (
    actor_no INTEGER PRIMARY KEY,
    seq      INTEGER NOT NULL
) STRICT;

CREATE TABLE snapshot_part (
    part_no  INTEGER PRIMARY KEY,
    actor_no INTEGER NOT NULL,
    name     TEXT    NOT NULL,
    crc32c   INTEGER NOT NULL, -- over the UTF-8 of the name, then the bytes
    bytes    BLOB    NOT NULL,
    UNIQUE (actor_no, name)
) STRICT;
