-- Statements of the account table. Locks: the row of the account that is changed, for one statement.

-- The account, and another one to spend the time on when it is not there: the first at or after a place in the order of hashes, which is always
-- the same one for a name, else the first of all. Asked for in any case, so that the time tells nothing.
-- name: Find
(SELECT true AS is_it, account, password, fields::text FROM account WHERE account = $1)
UNION ALL
(SELECT false, account, password, fields::text FROM account
  WHERE name_hash >= $2 AND password <> '' AND left(password, 1) NOT IN ('*', '!') ORDER BY name_hash LIMIT 1)
UNION ALL
(SELECT false, account, password, fields::text FROM account
  WHERE password <> '' AND left(password, 1) NOT IN ('*', '!') ORDER BY name_hash LIMIT 1);

-- name: List
SELECT account, password, fields::text FROM account WHERE account > $1 ORDER BY account LIMIT $2;

-- name: Add
INSERT INTO account (account, name_hash, password, fields) VALUES ($1, $2, $3, $4::jsonb) ON CONFLICT (account) DO NOTHING;

-- name: SetPassword
UPDATE account SET password = $2 WHERE account = $1;

-- name: Delete
DELETE FROM account WHERE account = $1;
