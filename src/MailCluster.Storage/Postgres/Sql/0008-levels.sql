-- Schema 8: feature levels (docs/adr/0030): what each member speaks, and what the cluster has reached. Members of releases that know of no levels give none, which is
-- level 1. Locks: ACCESS EXCLUSIVE on member and then cluster_map, each for a moment, in the order in which joins and moved shards lock them; they wait for the
-- statements under way, and nodes of the release before go on.

ALTER TABLE member ADD COLUMN level integer NOT NULL DEFAULT 1;

ALTER TABLE cluster_map ADD COLUMN level integer NOT NULL DEFAULT 1;

-- Runs after member_joined, by its name, which has locked cluster_map: a raise of the level is over, and seen here, or comes after this join, and sees it.
CREATE FUNCTION member_level() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    reached integer;
BEGIN
    SELECT level INTO STRICT reached FROM cluster_map;
    IF NEW.level < reached THEN
        RAISE EXCEPTION USING ERRCODE = 'MCLVL', DETAIL = reached::text,
            MESSAGE = format('the cluster is at feature level %s, and node %s speaks no more than %s: run the release that the other nodes run, or a later one',
                             reached, NEW.node, NEW.level);
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER member_level_reached AFTER INSERT ON member FOR EACH ROW EXECUTE FUNCTION member_level();
