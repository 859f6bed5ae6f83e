-- Schema 2: the journal. Every table that grows with the mail has the shard first in its key and is partitioned by its hash, so that partitions
-- can later be tables of other servers. Locks: those of CREATE TABLE, on nothing that exists.

CREATE SEQUENCE actor_number AS bigint CACHE 32;

-- Names every actor by a small number, so that the journal does not repeat addresses; a row never changes its number and is never removed.
-- trimmed_to is the highest write that a trim has removed: with it the highest number never falls although no row per actor is rewritten
-- by an append.
CREATE TABLE actor (
    shard      integer NOT NULL,
    id         text    NOT NULL COLLATE "C",
    actor_no   bigint  NOT NULL DEFAULT nextval('actor_number'),
    trimmed_to bigint  NOT NULL DEFAULT 0,
    PRIMARY KEY (shard, id),
    UNIQUE (shard, actor_no)
) PARTITION BY HASH (shard);

-- One row per append, all events of one actor's write.
CREATE TABLE journal (
    shard    integer NOT NULL,
    actor_no bigint  NOT NULL,
    seq      bigint  NOT NULL,
    time     bigint  NOT NULL, -- ticks of 100 ns, UTC
    crc32c   integer NOT NULL, -- over actor, number, time and payload; see JournalRow.Checksum
    payload  bytea   NOT NULL,
    PRIMARY KEY (shard, actor_no, seq)
) PARTITION BY HASH (shard);

DO $$
BEGIN
    FOR part IN 0..15 LOOP
        EXECUTE format('CREATE TABLE actor_%s PARTITION OF actor FOR VALUES WITH (MODULUS 16, REMAINDER %s)', to_char(part, 'FM00'), part);
        EXECUTE format('CREATE TABLE journal_%s PARTITION OF journal FOR VALUES WITH (MODULUS 16, REMAINDER %s)', to_char(part, 'FM00'), part);
    END LOOP;
END
$$;
