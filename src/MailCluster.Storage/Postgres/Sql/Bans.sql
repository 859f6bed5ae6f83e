-- Statements of the bans. Locks: the row of the network, for one statement. Each may be sent twice and does the same, but for the answer of Remove.

-- name: List
SELECT network::text, since, until, reason FROM ban WHERE until IS NULL OR until > $1;

-- name: Put
WITH over AS (DELETE FROM ban WHERE until <= $5 AND network <> $1::cidr)
INSERT INTO ban (network, since, until, reason) VALUES ($1::cidr, $2, $3, $4)
ON CONFLICT (network) DO UPDATE SET since = excluded.since, until = excluded.until, reason = excluded.reason;

-- name: Remove
DELETE FROM ban WHERE network = $1::cidr;
