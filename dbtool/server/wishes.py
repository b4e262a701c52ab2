"""What a project wants of its embedded server at each start: the file ``wishes`` beside the data.

`dbtool up` writes it; the keeper of every later start reads it, whichever command that was for: a URL in .env must stay
valid. Imported by the keeper: nothing but what is built in.
"""

from dbtool.server.postmaster import format_record, parse_record, read_text, write_text

STAY = "stay"


def read_wishes(home: str) -> dict[str, str]:
    """What was wished: ``port`` and ``password`` for TCP, ``wal_level``, ``stay``; nothing where nobody did."""
    return parse_record(read_text(home + "/wishes"))


def write_wishes(home: str, wishes: dict[str, str]) -> None:
    """Write down what is wished; readable for its owner alone. Writes."""
    write_text(home + "/wishes", format_record(wishes))


def stays(home: str) -> bool:
    """Whether the server is to run until someone stops it."""
    return STAY in read_wishes(home)


def forget_to_stay(home: str) -> None:
    """Let the server end again when nobody uses it; port and password stay as they are. Writes."""
    wishes = read_wishes(home)
    if wishes.pop(STAY, None) is not None:
        write_wishes(home, wishes)


def fulfils(record: dict[str, str], wishes: dict[str, str]) -> bool:
    """Whether a running server is what was wished.

    >>> fulfils({"port": "5440", "password": "x", "wal_level": "logical"}, {"port": "5440", "password": "x"})
    True
    """
    tcp = "port" not in wishes or ("password" in record and record["port"] == wishes["port"])
    same_password = wishes.get("password") in (None, record.get("password"))
    return tcp and same_password and record.get("wal_level", "logical") == wishes.get("wal_level", "logical")
