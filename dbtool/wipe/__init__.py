"""What reset, nuke and drop share: what they would take (scope), and the taking (rows, objects, database).

Each function that takes something wants the Settled of its own command, and checks on the connection that executes
that it stands on the database that was judged. All that one of them does is one transaction.
"""
