"""Rows of a file into a table, through COPY: what `dbtool seed import` does.

    read_table + find_source -> open_rows (reads the header) -> import_rows

The whole file goes in one COPY, as it is. Only where the server refuses that, the file is read once more, line by
line, and the bad lines are found in ever smaller pieces: docs/decisions/import.md.
"""
