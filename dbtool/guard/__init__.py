"""Whether a command may run against a database: facts in, one of Allow, Ask, Refuse out; settled at one place.

    read_policy, read_facts  ->  decide (pure)  ->  settle (asks, or raises Refused)  ->  Settled

A function that destroys takes the Settled as an argument, and only settle() makes one. DESIGN: docs/guards.md.
"""
