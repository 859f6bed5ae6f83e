-- Schema 4: the bodies. Rows are immutable; that one was given up is a row of body_release. Locks: those of CREATE TABLE, on nothing that exists.

-- Numbers are handed to nodes in blocks of 256: see BodyNumbers.
CREATE SEQUENCE body_number AS bigint INCREMENT BY 256;

CREATE TABLE body (
    shard    integer  NOT NULL,
    number   bigint   NOT NULL, -- the low 48 bits of the reference
    owner    text     NOT NULL COLLATE "C",
    email_id uuid     NOT NULL,
    length   bigint   NOT NULL, -- of the body, bytes
    crc32c   integer  NOT NULL, -- of the body
    place    smallint NOT NULL, -- 0: column body; 1: body_chunk; 2: the bucket
    summary  bytea    NOT NULL,
    text     bytea    NOT NULL,
    body     bytea,
    PRIMARY KEY (shard, number)
) PARTITION BY HASH (shard);

-- EXTERNAL: kept out of the row and not compressed, so that a range is read by its own pages alone. The summary stays in the row where it fits.
ALTER TABLE body ALTER COLUMN text SET STORAGE EXTERNAL, ALTER COLUMN body SET STORAGE EXTERNAL;

-- The pieces of big bodies, each but the last as long as PostgresOptions.BodyChunkBytes said when it was put.
CREATE TABLE body_chunk (
    shard      integer NOT NULL,
    number     bigint  NOT NULL,
    at         bigint  NOT NULL, -- offset of its first byte in the body
    bytes      bytea   NOT NULL,
    PRIMARY KEY (shard, number, at)
) PARTITION BY HASH (shard);

ALTER TABLE body_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE TABLE body_release (
    shard      integer     NOT NULL,
    number     bigint      NOT NULL,
    free_after timestamptz NOT NULL,
    PRIMARY KEY (shard, number)
) PARTITION BY HASH (shard);

CREATE INDEX body_release_due ON body_release (shard, free_after);

DO $$
BEGIN
    FOR part IN 0..15 LOOP
        EXECUTE format('CREATE TABLE body_%s PARTITION OF body FOR VALUES WITH (MODULUS 16, REMAINDER %s)', to_char(part, 'FM00'), part);
        EXECUTE format('CREATE TABLE body_chunk_%s PARTITION OF body_chunk FOR VALUES WITH (MODULUS 16, REMAINDER %s)', to_char(part, 'FM00'), part);
        EXECUTE format('CREATE TABLE body_release_%s PARTITION OF body_release FOR VALUES WITH (MODULUS 16, REMAINDER %s)', to_char(part, 'FM00'), part);
    END LOOP;
END
$$;
