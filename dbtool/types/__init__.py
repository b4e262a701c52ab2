"""`dbtool types`: what a database holds, as types of other languages.

facts.py is read from a database; checks.py, names.py and model.py make of it what all languages need; typescript.py,
zod.py and python.py write it down; written.py knows the files.
"""
