"""Which plugin decodes, with which options, and who reads what it says. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dbtool.feed.change import Event


class Reader(Protocol):
    """Reads what a plugin says, message by message."""

    def read(self, lsn: int, data: bytes) -> Iterator[Event]:
        """Yield the events of one message."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """An output plugin with its options."""

    name: str
    options: Mapping[str, str]
    publications: tuple[str, ...] = ()

    def reader(self, *, rows: bool = True) -> Reader:
        """Return a reader of what this plugin says, for one stream from its start; it may leave the *rows* out."""
        if self.name == "pgoutput":
            from dbtool.feed.pgoutput import PgOutput

            return PgOutput(rows)
        if self.name == "wal2json":
            from dbtool.feed.wal2json import Wal2Json

            return Wal2Json()
        from dbtool.feed.decoded_text import DecodedText

        return DecodedText()


KNOWN = ("pgoutput", "test_decoding", "wal2json")


def pgoutput(publications: Sequence[str]) -> Plugin:
    """Return pgoutput with these publications, in the version of its protocol that every server speaks."""
    names = ",".join('"' + name.replace('"', '""') + '"' for name in publications)
    options = {"proto_version": "1", "publication_names": names, "messages": "true"}
    return Plugin(name="pgoutput", options=options, publications=tuple(publications))


def text_decoding() -> Plugin:
    """Return test_decoding with transaction numbers and times."""
    return Plugin(
        name="test_decoding",
        options={"include-xids": "true", "include-timestamp": "true", "skip-empty-xacts": "true"},
    )


def wal2json() -> Plugin:
    """Return wal2json with one line for each change."""
    return Plugin(name="wal2json", options={"format-version": "2", "include-xids": "true"})


def plugin_of(slot_plugin: str, publications: Sequence[str]) -> Plugin:
    """Return how a slot of this plugin is read: by its own where we know it, else by pgoutput or test_decoding.

    >>> plugin_of("decoderbufs", []).name, plugin_of("decoderbufs", ["p"]).name, plugin_of("test_decoding", ["p"]).name
    ('test_decoding', 'pgoutput', 'test_decoding')
    """
    if slot_plugin == "wal2json":
        return wal2json()
    if slot_plugin == "test_decoding" or not publications:
        return text_decoding()
    return pgoutput(publications)
