"""The causes, by what they are about: each a pure function from facts to what is wrong, why, and what to do."""
