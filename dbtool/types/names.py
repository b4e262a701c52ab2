"""How the names of tables and types become names of types. Pure, and the same for ever: people's code uses them."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

# What no ending tells. Each is the last word of a name.
_IRREGULAR = {
    "people": "person", "children": "child", "men": "man", "women": "woman", "feet": "foot", "teeth": "tooth",
    "mice": "mouse", "geese": "goose", "indices": "index", "vertices": "vertex", "matrices": "matrix",
    "appendices": "appendix", "criteria": "criterion", "phenomena": "phenomenon", "axes": "axis", "quizzes": "quiz",
    "lenses": "lens", "menus": "menu", "gurus": "guru", "cpus": "cpu", "gpus": "gpu", "skus": "sku", "apis": "api",
    "uris": "uri", "kpis": "kpi", "taxis": "taxi", "emojis": "emoji", "clis": "cli", "guis": "gui", "uuids": "uuid",
    "leaves": "leaf", "lives": "life", "wives": "wife", "knives": "knife", "halves": "half", "shelves": "shelf",
    "selves": "self", "wolves": "wolf", "calves": "calf", "loaves": "loaf", "thieves": "thief", "oases": "oasis",
    "movies": "movie", "cookies": "cookie", "ties": "tie", "pies": "pie", "lies": "lie", "zombies": "zombie",
    "calories": "calorie", "selfies": "selfie", "genies": "genie", "brownies": "brownie", "prairies": "prairie",
    "shoes": "shoe", "toes": "toe", "canoes": "canoe", "aches": "ache", "caches": "cache", "niches": "niche",
    "headaches": "headache", "avalanches": "avalanche", "moustaches": "moustache", "geniuses": "genius",
    "irises": "iris", "buses": "bus", "gases": "gas", "aliases": "alias", "canvases": "canvas", "atlases": "atlas",
    "biases": "bias", "crises": "crisis",
}  # fmt: skip
_UNCHANGED = frozenset(
    (
        "news", "series", "species", "sheep", "sms", "aws", "dns", "gps", "pos", "os", "ios", "https", "css", "js",
        "tls", "rss", "gas", "alias", "canvas", "atlas", "bias", "lens", "goods", "analytics", "statistics",
        "logistics", "physics", "mathematics", "politics", "economics", "diabetes", "as", "is", "was", "has", "this",
        "its", "yes", "plus", "minus",
    )
)  # fmt: skip
_ENDINGS = (
    (r"(s|x|ch|sh|zz)es$", r"\1", r"(?<!s)ses$"),  # classes, boxes, branches; not phases, where the e is its own
    (r"(analy|diagno|hypothe|synthe|the|parenthe|empha|paraly)ses$", r"\1sis", ""),
    (r"uses$", "us", r"(ho|ca|cla|pa|spo|exc|ab|f|re|m|^|_|am|acc|ref|conf|inf|def|disc|per)uses$"),
    (r"([^aeiou])ies$", r"\1y", ""),
    (r"oes$", "o", ""),
    (r"s$", "", r"(ss|us|is)$"),
)


def singular(word: str) -> str:
    """Return the singular of a word in lower case, or the word itself where it is none that is known as a plural.

    >>> [singular(w) for w in ("workflows", "statuses", "entities", "boxes", "phases", "caches", "status", "data")]
    ['workflow', 'status', 'entity', 'box', 'phase', 'cache', 'status', 'data']
    """
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in _UNCHANGED or len(word) < 3:
        return word
    for ending, by, but in _ENDINGS:
        if re.search(ending, word) and not (but and re.search(but, word)):
            return re.sub(ending, by, word)
    return word


def words_of(name: str) -> list[str]:
    """Return the words of an identifier: what stands between _ and the like, and from one capital to the next.

    >>> words_of("execution_steps"), words_of("userAccounts"), words_of("HTTPLog 2"), words_of("💥")
    (['execution', 'steps'], ['user', 'Accounts'], ['HTTP', 'Log', '2'], ['1f4a5'])
    """
    kept = "".join(_kept(unicodedata.normalize("NFKC", name)))
    apart = re.sub(r"([^\W\d_])(?=[A-Z][a-z])|([a-z0-9])(?=[A-Z])", lambda m: m[0] + " ", kept)
    return apart.split()


def _kept(name: str) -> Iterator[str]:
    usable = [_is_usable(char) for char in name]
    for char, is_usable in zip(name, usable, strict=True):
        if is_usable:
            yield char
        elif any(usable):
            yield " "
        else:  # nothing in it is a letter: what it is, then
            yield f" {ord(char):x} "


def _is_usable(char: str) -> bool:
    # Beyond U+FFFF no letter is one for a compiler that still targets ES5.
    return ord(char) <= 0xFFFF and char != "_" and ("a" + char).isidentifier()


@cache
def pascal(name: str, *, plural: bool = False) -> str:
    """Return an identifier as the name of a type; that of a table with *plural*, in the singular.

    >>> [pascal(n, plural=True) for n in ("execution_steps", "USERS", "2fa_codes", "Weird Name!", "foo__bar")]
    ['ExecutionStep', 'User', 'T2faCode', 'WeirdName', 'FooBar']
    """
    words = _cased(words_of(name))
    if plural and words:
        last = singular(words[-1].lower())
        words[-1] = words[-1] if last == words[-1].lower() else last
    found = "".join(word[:1].upper() + word[1:] for word in words)
    found = unicodedata.normalize("NFKC", found)
    # Once more: what comes first may be a mark that goes together with the letter before it.
    return found if found.isidentifier() else unicodedata.normalize("NFKC", f"T{found}")


def _cased(words: list[str]) -> list[str]:
    """Return the words in lower case where all are in capitals."""
    shouted = all(word == word.upper() for word in words) and any(len(word) > 1 for word in words)
    return [word.lower() for word in words] if shouted else words


def camel(name: str) -> str:
    """Return an identifier as the name of a property or value, for those who want it so.

    >>> [camel(n) for n in ("created_at", "ID", "class", "2fa")]
    ['createdAt', 'id', 'class', '2fa']
    """
    found = "".join(word[:1].upper() + word[1:] for word in _cased(words_of(name)))
    return found.lower() if found == found.upper() else found[:1].lower() + found[1:]
