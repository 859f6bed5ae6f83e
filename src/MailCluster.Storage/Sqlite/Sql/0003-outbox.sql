-- Schema 3: the actors that may have mail to send; see IOutboxIndex.
CREATE TABLE outbox (
    actor    TEXT    NOT NULL PRIMARY KEY,
    added_at INTEGER NOT NULL -- ticks of 100 ns, UTC
) STRICT, WITHOUT ROWID;
