-- Schema 7: clients that no node lets in. Locks: those of CREATE TABLE, on nothing that exists.

CREATE TABLE ban (
    network  cidr        NOT NULL PRIMARY KEY,
    since    timestamptz NOT NULL,
    until    timestamptz, -- null: for ever
    reason   text        NOT NULL
);
