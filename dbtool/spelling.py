"""What a word that is not known may have been meant as. Imports nothing of dbtool. Pure."""

from collections.abc import Iterable


def close_words(word: str, known: Iterable[str]) -> list[str]:
    """Return the known word that *word* may have been meant as, in a list of one or none."""
    import difflib

    return difflib.get_close_matches(word, list(known), n=1)
