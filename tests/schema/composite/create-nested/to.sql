CREATE TYPE z_inner AS (a int, b text COLLATE "C");
CREATE TYPE a_outer AS (one z_inner, many z_inner[]);
