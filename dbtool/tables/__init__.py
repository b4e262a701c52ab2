"""The tables of a database: what each is for, what it has, and the order in which rows can go in."""
