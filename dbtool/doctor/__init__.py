"""What `dbtool doctor` looks at: facts are read once (facts.py), what they mean is said by pure functions."""
