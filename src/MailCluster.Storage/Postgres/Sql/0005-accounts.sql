-- Schema 5: the accounts of a cluster, its built-in passdb and userdb. Locks: those of CREATE TABLE, on nothing that exists.

CREATE TABLE account (
    account   text        NOT NULL COLLATE "C" PRIMARY KEY, -- canonical, lower case
    name_hash bigint      NOT NULL, -- finds a stand-in password for a name that is not here, always the same one
    password  text        NOT NULL, -- {SCHEME}data; locked when empty or beginning with * or !
    fields    jsonb       NOT NULL DEFAULT '{}', -- extra fields by their Dovecot names
    added_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX account_by_hash ON account (name_hash);
