-- What depends on what, of all that was made since initdb (FirstNormalObjectId is 16384): pg_depend as it is.
SELECT
    d.classid::bigint AS classid,
    d.objid::bigint AS objid,
    d.objsubid,
    d.refclassid::bigint AS refclassid,
    d.refobjid::bigint AS refobjid,
    d.refobjsubid,
    d.deptype::text AS deptype
FROM pg_catalog.pg_depend AS d
WHERE d.objid >= 16384 AND d.classid <> 0
