-- Schema 3: where each actor's snapshot stands, and its parts. Locks: those of CREATE TABLE, on nothing that exists.

CREATE TABLE snapshot (
    shard    integer NOT NULL,
    actor_no bigint  NOT NULL,
    seq      bigint  NOT NULL,
    PRIMARY KEY (shard, actor_no)
) PARTITION BY HASH (shard);

CREATE TABLE snapshot_part (
    shard    integer NOT NULL,
    actor_no bigint  NOT NULL,
    name     text    NOT NULL COLLATE "C",
    crc32c   integer NOT NULL, -- over the UTF-8 of the name, then the bytes
    bytes    bytea   NOT NULL,
    PRIMARY KEY (shard, actor_no, name)
) PARTITION BY HASH (shard);

DO $$
BEGIN
    FOR part IN 0..15 LOOP
        EXECUTE format('CREATE TABLE snapshot_%s PARTITION OF snapshot FOR VALUES WITH (MODULUS 16, REMAINDER %s)', to_char(part, 'FM00'), part);
        EXECUTE format('CREATE TABLE snapshot_part_%s PARTITION OF snapshot_part FOR VALUES WITH (MODULUS 16, REMAINDER %s)', to_char(part, 'FM00'), part);
    END LOOP;
END
$$;
