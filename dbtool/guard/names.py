"""What the names of hosts, databases and environments say. Pure: the patterns are the policy's.

Names are compared as words: a word ends where letters do (``production_eu``, ``prod2``) or where small letters
meet a capital (``appProd``). So ``products`` and ``reproduction`` are innocent.
"""

import ipaddress
import re
import socket
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from fnmatch import fnmatchcase

_letters = re.compile(r"[^\W\d_]+")
_camel = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_quotes = "'\"`´‘’“”„«»"


class Meaning(IntEnum):
    """What a name means: an innocent one, one that may mean production or its opposite, production."""

    NOTHING = 0
    DOUBTFUL = 1
    PRODUCTION = 2


class Locality(IntEnum):
    """Where a host is: this machine, a private network, anywhere else or at a managed provider."""

    LOCAL = 0
    PRIVATE = 1
    PUBLIC = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words that names are searched for."""

    production: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()
    negation: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()


def words_of(name: str) -> list[list[str]]:
    """Return the words of a name, in small letters, in each way of dividing it.

    >>> words_of("appProd_eu2")
    [['appprod', 'eu'], ['app', 'prod', 'eu']]
    """
    plain = unicodedata.normalize("NFKC", name)
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")  # zero-width characters and their kin
    by_letters = [word.casefold() for word in _letters.findall(plain)]
    by_capitals = [
        part.casefold()
        for word in _letters.findall(plain)
        for part in (_camel.findall(word) if word.isascii() else [word])
    ]
    return [by_letters] if by_capitals == by_letters else [by_letters, by_capitals]


def meaning(name: str, words: Words) -> Meaning:
    """Return what the words in a name mean.

    >>> known = Words(production=frozenset({"prod", "production"}), negation=frozenset({"pre"}), beside=frozenset("db"))
    >>> [meaning(name, known).name for name in ("production_eu", "prodb", "pre-prod", "products", "reproduction")]
    ['PRODUCTION', 'PRODUCTION', 'DOUBTFUL', 'NOTHING', 'NOTHING']
    """
    return max((_meaning(found, words) for found in words_of(name)), default=Meaning.NOTHING)


def _meaning(found: list[str], words: Words) -> Meaning:
    worst = Meaning.NOTHING
    for before, word in zip(["", *found], found, strict=False):
        if word in words.production or _beside(word, words):
            worst = max(worst, Meaning.DOUBTFUL if before in words.negation else Meaning.PRODUCTION)
        elif word in words.doubtful:
            worst = max(worst, Meaning.DOUBTFUL)
    return worst


def _beside(word: str, words: Words) -> bool:
    return any(
        word in (production + other, other + production) for production in words.production for other in words.beside
    )


def tidy(value: str) -> str:
    """Return the value of a variable without the blanks and quotes around it, in small letters.

    >>> tidy(' "Production" ')
    'production'
    """
    plain = unicodedata.normalize("NFKC", value)
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    return plain.strip(_quotes + " \t\r\n\v\f").casefold()


def locality(host: str, *, private: Iterable[str], managed: Iterable[str]) -> Locality:
    """Return where a host is that libpq would connect to: a name, an address in any spelling, a socket's folder.

    >>> [locality(h, private=["*.internal"], managed=["/cloudsql/*"]).name for h in
    ...  ("", "localhost.", "127.1", "db", "10.0.0.5", "db.internal", "db.example.com", "/cloudsql/a:b:c", "8.8.8.8")]
    ['LOCAL', 'LOCAL', 'LOCAL', 'PRIVATE', 'PRIVATE', 'PRIVATE', 'PUBLIC', 'PUBLIC', 'PUBLIC']
    """
    name = host_name(host)
    if matches(name, managed):
        return Locality.PUBLIC
    if not name or name.startswith(("/", "@")):
        return Locality.LOCAL
    address = _address(name) if host.isascii() else None
    if address is not None:
        return _locality_of(address)
    if not re.fullmatch(r"[a-z0-9_.-]+", name) or not host.isascii():  # no name at all, or it looks like another
        return Locality.PUBLIC
    if name == "localhost" or name.endswith(".localhost"):
        return Locality.LOCAL
    return Locality.PRIVATE if "." not in name or matches(name, private) else Locality.PUBLIC


def host_name(host: str) -> str:
    """Return a host in the form that patterns are compared with: small letters, no trailing dot, no punycode.

    >>> host_name("DB.Example.COM."), host_name("/Var/Run")
    ('db.example.com', '/Var/Run')
    """
    plain = unicodedata.normalize("NFKC", host.strip())
    if plain.startswith(("/", "@")):
        return plain
    labels = plain.casefold().rstrip(".").split(".")
    return ".".join(_decoded(label) for label in labels)


def matches(name: str, patterns: Iterable[str]) -> str:
    """Return the first pattern (``*`` stands for anything) that a host matches, or "".

    >>> matches("db.abc.supabase.co", ["*.neon.tech", "*.supabase.co"])
    '*.supabase.co'
    """
    return next((pattern for pattern in patterns if fnmatchcase(name, pattern)), "")


def _decoded(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return unicodedata.normalize("NFKC", label[4:].encode("ascii").decode("punycode")).casefold()
    except UnicodeError:
        return label


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        pass
    # getaddrinfo takes what inet_aton takes: 127.1, 0x7f000001, 2130706433
    if re.fullmatch(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+)){0,3}", name):
        try:
            return ipaddress.IPv4Address(socket.inet_aton(name))
        except OSError:
            return None
    return None


# RFC 1918, 6598 (shared, also of overlay networks), 3927, 4193, 4291
_private = "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 169.254.0.0/16 fc00::/7 fe80::/10"
_private_networks = [ipaddress.ip_network(network) for network in _private.split()]


def _locality_of(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> Locality:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback or address.is_unspecified:  # 0.0.0.0 and :: reach this machine
        return Locality.LOCAL
    return Locality.PRIVATE if any(address in network for network in _private_networks) else Locality.PUBLIC
