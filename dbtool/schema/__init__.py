"""The schema engine: what a database's schema is (a Catalog), and where two of them differ.

sql/schema/**.sql  -> shadow -> read_catalog -> Catalog  wanted
migrations/*.sql   -> shadow -> read_catalog -> Catalog  replayed     -> compare -> Difference
live database      ----------- read_catalog -> Catalog   live
"""
