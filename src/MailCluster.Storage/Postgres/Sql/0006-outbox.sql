-- Schema 6: the actors that may have mail to send; see IOutboxIndex. Locks: those of CREATE TABLE, on nothing that exists.

CREATE TABLE outbox (
    actor    text        NOT NULL COLLATE "C" PRIMARY KEY,
    added_at timestamptz NOT NULL -- by the clock of the node that added it
);
