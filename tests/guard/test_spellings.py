"""No spelling of a production URL that libpq accepts gets past; and what was judged is what is connected to."""

import ipaddress
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch
from urllib.parse import quote

import psycopg
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from dbtool.address import plain_url, read_address
from dbtool.commands.guard import explain
from dbtool.errors import UsageError
from tests.conftest import clean_environment

DESTROYING = ("reset", "nuke", "drop", "push", "seed dev")


@dataclass(frozen=True)
class Spelled:
    """A target in one spelling: the connection string, and what stands around it."""

    text: str
    variables: dict[str, str] = field(default_factory=dict)
    services: str = ""  # a service file


@contextmanager
def around(spelled: Spelled, folder: Path) -> Iterator[None]:
    """In an environment of its variables and its service file, and of nothing else that libpq looks at."""
    file = folder / "services.conf"
    file.write_text(spelled.services)
    variables = {name: value.replace("SERVICES", str(file)) for name, value in spelled.variables.items()}
    with patch.dict(os.environ, clean_environment() | {"HOME": str(folder)} | variables, clear=True):
        yield


# ---- how each part is spelled

CASES = st.sampled_from([str, str.upper, str.title, str.swapcase])


@st.composite
def encoded(draw: st.DrawFn, text: str, plain: str = "") -> str:
    """Percent-encode whatever must be, and any other character: libpq decodes each part of a URL once."""
    parts: list[str] = []
    how = draw(st.sampled_from(["needed", "all", "some"]))
    for character in text:
        needed = not (character.isascii() and (character.isalnum() or character in "-_.~" + plain))
        if needed or how == "all" or (how == "some" and draw(st.booleans())):
            bytes_ = "".join(f"%{byte:02x}" for byte in character.encode())
            parts.append(bytes_.upper() if draw(st.booleans()) else bytes_)
        else:
            parts.append(character)
    return "".join(parts)


@st.composite
def quoted(draw: st.DrawFn, text: str) -> str:
    """Write a value as key=value has it: bare, or in quotes; a backslash may stand before any character."""
    bare = bool(text) and draw(st.booleans())
    must = "\\'" + (" \t\n" if bare else "")
    escaped = "".join("\\" + c if c in must or draw(st.integers(0, 9)) == 0 else c for c in text)
    return escaped if bare else f"'{escaped}'"


@st.composite
def ipv4(draw: st.DrawFn, address: str) -> str:
    """Spell an IPv4 address in one of the forms of inet_aton, or as IPv6 has it."""
    number = int(ipaddress.IPv4Address(address))
    parts = draw(st.integers(1, 4))
    numbers = [(number >> (24 - 8 * i)) & 255 for i in range(parts - 1)]
    numbers.append(number & ((1 << (32 - 8 * (parts - 1))) - 1))
    form = st.sampled_from([str, "{:#x}".format, "0x{:X}".format, "0X{:08x}".format, "0{:o}".format, "000{:o}".format])
    return ".".join(draw(form)(n) for n in numbers)


@st.composite
def ipv6(draw: st.DrawFn, address: str) -> str:
    found = ipaddress.IPv6Address(address)
    text = draw(st.sampled_from([found.compressed, found.exploded]))
    return draw(CASES)(text)


@st.composite
def name(draw: st.DrawFn, host: str) -> str:
    """Spell a host's name: DNS does not know small letters from capitals, and a dot may stand at its end."""
    return draw(CASES)(host) + draw(st.sampled_from(["", "", "."]))


PUBLIC = st.one_of(
    name("db7.example.net"), name("db.example.com"), name("example.com"), name("shop.c9akciq32.eu-west-1.rds.amazonaws.com"),
    name("ep-cool-1.eu-central-1.aws.neon.tech"), name("b\u00fccher.example"), name("xn--bcher-kva.example"),
    ipv4("8.8.8.8"), ipv4("52.94.236.248"), ipv4("172.32.0.1"), ipv4("11.0.0.1"), ipv6("2606:4700::6810:84e5"),
    st.just("::ffff:8.8.8.8"), st.just("::FFFF:0808:0808"), st.just("64:ff9b::808:808"), st.just("2002:808:808::1"),
)  # fmt: skip
NAMED = st.one_of(
    *(name(host) for host in ("prod", "db.prod.lan", "pg-prod-1", "prod_db.internal", "production.local", "prd01.corp", "proddb",
                              "db.prod.example.net", "eu1prod3.lan", "prod.localhost")),
)  # fmt: skip
INNOCENT = st.sampled_from(["localhost", "127.0.0.1", "::1", "/tmp", "db", "10.0.0.5", "dev.lan", ""])
PRODUCTION_NAMES = st.sampled_from(
    ["production", "prod", "PRODUCTION", "app_prod", "appProd", "prod-eu", "prod 1", "shop.prod", "production_eu", "a=prod&b", "x/prod", "it's prod"]
)  # fmt: skip
JUNK = st.text(alphabet="ab@:/?#%&=+, '\\\u00e4[]", min_size=1, max_size=8)


@dataclass(frozen=True)
class Meant:
    """What libpq is to be told: lists are lists of the hosts."""

    host: list[str]
    dbname: str | None
    hostaddr: list[str] | None = None
    port: list[str] | None = None
    named: bool = False  # by its name: no mark makes it development

    @property
    def options(self) -> dict[str, str]:
        found = {"host": ",".join(self.host)}
        found |= {"hostaddr": ",".join(self.hostaddr)} if self.hostaddr else {}
        found |= {"port": ",".join(self.port)} if self.port else {}
        return found | ({"dbname": self.dbname} if self.dbname else {})


@st.composite
def production(draw: st.DrawFn) -> Meant:
    """Draw a target that is production for its host, its address or its name, perhaps among innocent hosts."""
    kind = draw(st.sampled_from(["public", "named", "address", "database"]))
    number = draw(st.sampled_from([1, 1, 1, 2, 3]))
    hosts = [draw(INNOCENT) for _ in range(number)]
    addresses = None
    dbname = draw(st.sampled_from(["app", "dev", "test", "shop_dev", None]))
    at = draw(st.integers(0, number - 1))
    if kind == "address":
        addresses = [draw(st.sampled_from(["127.0.0.1", "::1", ""])) for _ in range(number)]
        addresses[at] = draw(ipv4("8.8.4.4") | ipv6("2606:4700::1") | st.just("203.0.114.9"))
    elif kind == "database":
        dbname = draw(PRODUCTION_NAMES)
    else:
        hosts[at] = draw(PUBLIC if kind == "public" else NAMED)
    port = draw(st.sampled_from([None, [draw(st.sampled_from(["5432", "6543", " 5433", "05432"]))], "each"]))
    ports = [draw(st.sampled_from(["5432", "", "15432"])) for _ in range(number)] if port == "each" else port
    return Meant(host=hosts, dbname=dbname, hostaddr=addresses, port=ports, named=kind in ("named", "database"))  # type: ignore[arg-type]


# ---- where each part is said

DECOYS = {"host": "localhost", "hostaddr": "127.0.0.1", "port": "5432", "dbname": "dev"}
VARIABLES = {"host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "dbname": "PGDATABASE"}


@st.composite
def spelled(draw: st.DrawFn, meant: Meant) -> Spelled:
    """Say each part where libpq looks for it; what it passes over says something innocent."""
    here: dict[str, str] = {}
    variables: dict[str, str] = {}
    service: dict[str, str] = {}
    for key, value in meant.options.items():
        place = draw(st.sampled_from(["here", "here", "here", "service", "variable"]))
        if place == "here" or (place == "service" and (value.strip() != value or not value)) or not value:
            here[key] = value
        else:
            (service if place == "service" else variables).update(
                {key if place == "service" else VARIABLES[key]: value}
            )
        if place != "variable" and key != "hostaddr" and draw(st.booleans()):
            variables[VARIABLES[key]] = DECOYS[key]
    user, password = draw(st.none() | JUNK), draw(st.none() | JUNK)
    text = draw(
        as_url(here, user, password, service=bool(service)) | as_pairs(here, user, password, service=bool(service))
    )
    if not service:
        return Spelled(text, variables)
    file = "[other]\nhost=localhost\n\n# ours\n[ours]\n" + "".join(f"{key}={value}\n" for key, value in service.items())
    if "service=" not in text:
        variables["PGSERVICE"] = "ours"
    return Spelled(text, variables | {"PGSERVICEFILE": "SERVICES"}, file)


@st.composite
def as_url(draw: st.DrawFn, options: dict[str, str], user: str | None, password: str | None, *, service: bool) -> str:
    scheme = draw(st.sampled_from(["postgresql://", "postgres://", "postgresql+psycopg://", "postgres+asyncpg://"]))
    hosts, ports = options.get("host", "").split(","), options.get("port", "").split(",")
    query: list[str] = []
    in_front = "host" in options and draw(st.booleans()) and (len(ports) in (1, len(hosts)))
    authority = ""
    ports_follow = in_front and len(ports) == len(hosts) and draw(st.booleans())
    if in_front:
        entries = [draw(encoded(host)) for host in hosts]
        entries = [
            f"[{host}]" if ":" in host and draw(st.booleans()) else entry
            for host, entry in zip(hosts, entries, strict=True)
        ]
        if ports_follow:
            entries = [f"{entry}:{port.strip()}" if port else entry for entry, port in zip(entries, ports, strict=True)]
        authority = (draw(st.sampled_from([",", "%2C", "%2c"])) if not ports_follow else ",").join(entries)
        assume(not ("%2" in authority and "[" in authority))
    elif draw(st.booleans()) and "host" in options:
        authority = "localhost"
    if user is not None:
        secret = f":{draw(encoded(password))}" if password is not None else ""
        authority = f"{draw(encoded(user))}{secret}@{authority}"
    path = ""
    for key, value in options.items():
        if (key == "host" and in_front) or (key == "port" and ports_follow):
            continue
        if key == "dbname" and draw(st.booleans()):
            path = "/" + draw(encoded(value, plain="/:@=+,'"))
            continue
        query.append(f"{key}={draw(encoded(value, plain='/:,@+'))}")
    if "dbname" in options and not path and draw(st.booleans()):
        path = "/dev"  # the query string is read after it
    query += draw(
        st.sampled_from([[], [], ["sslmode=disable"], ["application_name=dev"], ["ssl=true"], ["connect_timeout=5"]])
    )
    query += ["service=ours"] if service and draw(st.booleans()) else []
    decoy = [
        f"{key}={DECOYS[key]}" for key in options if any(q.startswith(f"{key}=") for q in query) and draw(st.booleans())
    ]
    together = [*decoy, *draw(st.permutations(query))]  # of two, the later counts
    return scheme + authority + path + ("?" + "&".join(together) if together else "")


@st.composite
def as_pairs(draw: st.DrawFn, options: dict[str, str], user: str | None, password: str | None, *, service: bool) -> str:
    pairs = dict(options)
    pairs |= {"user": user} if user is not None else {}
    pairs |= {"password": password} if password is not None else {}
    pairs |= {"service": "ours"} if service and draw(st.booleans()) else {}
    pairs |= draw(st.sampled_from([{}, {"application_name": "dev"}, {"sslmode": "disable"}]))
    words: list[tuple[str, str]] = [(key, DECOYS[key]) for key in options if draw(st.booleans())]
    words += draw(st.permutations(list(pairs.items())))
    blank = st.sampled_from(["", "", " ", "\t", "  ", "\n"])
    apart = st.sampled_from([" ", "  ", "\n", "\t "])
    return draw(blank) + "".join(
        f"{key}{draw(blank)}={draw(blank)}{draw(quoted(value))}{draw(apart)}" for key, value in words
    )


def judged(command: str, target: Spelled, folder: Path, *, mark: str, by: str) -> tuple[str, list[str]]:
    """The verdict of `guard explain`, with its rules; what cannot be used at all is blocked as such."""
    with around(target, folder), pytest.MonkeyPatch.context() as patching:
        patching.chdir(folder)
        if by == "DATABASE_URL":
            os.environ["DATABASE_URL"] = target.text
        answer = explain(command.split(), url=target.text if by == "--url" else None, server_mark=mark)
    data = answer.data
    return str(data["verdict"]), [reason["rule"] for reason in data["reasons"]]  # type: ignore[index,union-attr]


def libpq_reads(target: Spelled, folder: Path) -> bool:
    with around(target, folder):
        try:
            conninfo_to_dict(plain_url(target.text))
        except (psycopg.Error, UnicodeError):
            return False
    return True


ANY_FIXTURE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(deadline=None, max_examples=80, suppress_health_check=ANY_FIXTURE)
@given(data=st.data())
def test_no_spelling_of_production_gets_past(data: st.DataObject, tmp_path: Path) -> None:
    does_not_get_past(data, tmp_path)


@pytest.mark.slow
@settings(deadline=None, max_examples=500, suppress_health_check=ANY_FIXTURE)
@given(data=st.data())
def test_of_very_many_spellings_none_gets_past(data: st.DataObject, tmp_path: Path) -> None:
    does_not_get_past(data, tmp_path)


def does_not_get_past(data: st.DataObject, tmp_path: Path) -> None:
    """Draw a spelling of a production target, and ask the guard about it, whatever the database says of itself."""
    meant = data.draw(production())
    target = data.draw(spelled(meant))
    command = data.draw(st.sampled_from(DESTROYING))
    by = data.draw(st.sampled_from(["--url", "DATABASE_URL"])) if target.text.strip() else "--url"
    verdict, rules = judged(command, target, tmp_path, mark="none", by=by)
    assert verdict == "block", (meant, target, rules)
    assert libpq_reads(target, tmp_path) or rules == ["target"], (meant, target, rules)
    verdict, rules = judged(command, target, tmp_path, mark="development", by=by)
    assert verdict in (("block",) if meant.named else ("block", "confirm")), (meant, target, rules)


@settings(deadline=None, max_examples=60, suppress_health_check=ANY_FIXTURE)
@given(data=st.data())
def test_what_is_spelled_is_mostly_what_libpq_reads(data: st.DataObject, tmp_path: Path) -> None:
    """The property above is not empty: the spellings reach the hosts and the database that were meant."""
    meant = data.draw(production())
    target = data.draw(spelled(meant))
    with around(target, tmp_path):
        try:
            address = read_address(target.text)
        except UsageError:
            assume(False)
            return
    assert [host.name for host in address.hosts] == meant.host or meant.host == [""], (meant, target)
    assert [host.address for host in address.hosts] == (meant.hostaddr or [""] * len(address.hosts)), (meant, target)
    assert meant.dbname in (address.database, None), (meant, target)


@pytest.mark.parametrize("host", ["db.prod.example.net", "8.8.8.8", "2606:4700::1"])
@pytest.mark.parametrize("form", ["postgresql://{u}/dev", "POSTGRESQL://{u}/dev", "PostgreSQL://{u}/dev", " postgresql://{u}/dev",
                                  "postgresql:{u}/dev", "postgresql:/{u}/dev", "//{u}/dev", "{u}/dev", "{u}", "jdbc:postgresql://{u}/dev",
                                  "mysql://{u}/dev", "HOST={h} dbname=dev", "host={h};dbname=dev", "host:{h}", "postgresql://localhost@{u}/dev",
                                  "postgresql://localhost:5432@{u}/dev", "postgresql://a:b@localhost@{u}/dev", "postgresql://localhost,{u}/dev",
                                  "postgresql://{u},localhost/dev", "postgresql://localhost/dev?host={q}", "postgresql://localhost/dev?host=localhost&host={q}",
                                  "postgresql://localhost/dev?hostaddr={q}", "postgresql://localhost/dev?%68ost={q}", "postgresql://localhost?host={q}#x",
                                  "postgresql:///dev?host={q}", "postgresql://?host={q}&dbname=dev", "postgresql://localhost/dev#@{u}/dev",
                                  "host=localhost host={h} dbname=dev", "dbname=dev host = '{h}'", "host='\\{h}'", "host={h}, dbname=dev"])  # fmt: skip
def test_known_deceptions(host: str, form: str, tmp_path: Path) -> None:
    url = form.format(u=f"[{host}]" if ":" in host else host, h=host, q=quote(host))
    for command in ("reset", "nuke", "drop"):
        verdict, rules = judged(command, Spelled(url), tmp_path, mark="none", by="--url")
        what_libpq_reads = libpq_reads(Spelled(url), tmp_path) and "#@" not in form
        assert verdict == "block" if what_libpq_reads else verdict in ("block", "confirm"), (url, rules)
        assert what_libpq_reads or "target" in rules or "#@" in form, (url, rules)


# ---- what was judged is what is connected to


@dataclass(frozen=True)
class Listening:
    """Sockets of this machine that take a connection and say nothing."""

    ports: tuple[str, str]
    folder: str


@pytest.fixture(scope="module")
def listening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    folder = tmp_path_factory.mktemp("sockets")
    taken: list[socket.socket] = []
    ports: list[str] = []
    for _ in range(2):
        tcp = socket.create_server(("127.0.0.1", 0), backlog=2000)
        ports.append(str(tcp.getsockname()[1]))
        unix = socket.socket(socket.AF_UNIX)
        unix.bind(str(folder / f".s.PGSQL.{ports[-1]}"))
        unix.listen(2000)
        taken += [tcp, unix]
        if socket.has_ipv6:
            with socket.socket(socket.AF_INET6) as probe:
                usable = probe.connect_ex(("::1", int(ports[-1]))) != 99  # EADDRNOTAVAIL: no IPv6 here
            if usable:
                taken.append(socket.create_server(("::1", int(ports[-1])), family=socket.AF_INET6, backlog=2000))
    yield Listening((ports[0], ports[1]), str(folder))
    for one in taken:
        one.close()


Reached = tuple[str, str, str, str, str]


def reached(conninfo: str) -> Reached:
    """Where libpq goes first: host, address, port, database, user. Only ever to a socket of this machine."""
    conn = pq.PGconn.connect_start(conninfo.encode())
    try:
        assert conn.status != pq.ConnStatus.BAD, conn.error_message
        return tuple(os.fsdecode(part or b"") for part in (conn.host, conn.hostaddr, conn.port, conn.db, conn.user))  # type: ignore[return-value]
    finally:
        conn.finish()


def nobody_listens(conninfo: str) -> bool:
    """Whether libpq goes to a socket that is not there."""
    conn = pq.PGconn.connect_start(conninfo.encode())
    try:
        return conn.status == pq.ConnStatus.BAD and b"No such file" in conn.error_message
    finally:
        conn.finish()


@st.composite
def local(draw: st.DrawFn, listening: Listening) -> Meant:
    number = draw(st.sampled_from([1, 1, 2, 3]))
    hosts = [
        draw(st.sampled_from(["localhost", "127.0.0.1", "127.1", "0x7f000001", "LOCALHOST", listening.folder]))
        for _ in range(number)
    ]
    addresses = [draw(st.sampled_from(["127.0.0.1", "127.0.0.1", ""])) for _ in hosts] if draw(st.booleans()) else None
    ports = [draw(st.sampled_from(listening.ports)) for _ in range(draw(st.sampled_from([1, number])))]
    dbname = draw(
        st.sampled_from(["app", "production", "a b", "x/y", "it's", "\u00e4", "a=b", "postgresql://elsewhere/b", None])
    )
    return Meant(host=hosts, dbname=dbname, hostaddr=addresses, port=ports)


@settings(deadline=None, max_examples=80, suppress_health_check=ANY_FIXTURE)
@given(data=st.data())
def test_what_was_judged_is_what_is_connected_to(data: st.DataObject, listening: Listening, tmp_path: Path) -> None:
    target = data.draw(spelled(data.draw(local(listening))))
    with around(target, tmp_path):
        try:
            address = read_address(target.text)
        except UsageError as error:
            # "port 5432, with a decoy around it": libpq refuses these as well, before it connects
            conn = pq.PGconn.connect_start(plain_url(target.text).encode())
            assert conn.status == pq.ConnStatus.BAD, (target, error)
            conn.finish()
            return
        pinned = make_conninfo(plain_url(target.text), **address.pinned)
        if nobody_listens(plain_url(target.text)):
            # several hosts in a URL hide a service's port: libpq goes to 5432 then, and so must we
            assert nobody_listens(pinned), target
            return
        plainly = reached(plain_url(target.text))
        assert plainly == reached(pinned), target
    host, hostaddr, port, database, user = plainly
    first = address.hosts[0]
    assert host in (first.name, first.address), (target, address)
    assert hostaddr == first.address or not first.address, (target, address)
    assert (port, database, user) == (first.port, address.database, address.user), (target, address)


@settings(deadline=None, max_examples=30, suppress_health_check=ANY_FIXTURE)
@given(data=st.data())
@example(data=None)
def test_what_is_set_afterwards_changes_nothing(
    data: st.DataObject | None, listening: Listening, tmp_path: Path
) -> None:
    """The address is pinned: variables and service files that come in between are passed over."""
    target = Spelled(f"postgresql:///app?host={listening.folder}&port={listening.ports[0]}")
    if data is not None:
        target = data.draw(spelled(data.draw(local(listening))))
    with around(target, tmp_path):
        try:
            address = read_address(target.text)
        except UsageError:
            return
        before = reached(plain_url(target.text))
    elsewhere = {
        "PGHOST": "127.0.0.3",
        "PGHOSTADDR": "127.0.0.3",
        "PGPORT": "1",
        "PGDATABASE": "other",
        "PGUSER": "other",
    }
    with around(
        Spelled("", elsewhere | {k: v for k, v in target.variables.items() if "SERVICE" in k}, target.services),
        tmp_path,
    ):
        assert reached(make_conninfo(plain_url(target.text), **address.pinned)) == before, target


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("postgresql://{a}/?user=", {}),
        ("postgresql://{a}/?user=&dbname=", {}),
        ("host=127.0.0.1 port={port} user='' dbname=''", {}),
        ("postgresql://{a}", {"PGUSER": ""}),
        ("postgresql://{a}", {"PGDATABASE": "", "PGUSER": "me"}),
        ("postgresql://{a}", {"PGDATABASE": "pg"}),
        ("postgresql://me@{a}", {}),
        ("postgresql://{a}/", {"PGUSER": "me"}),
        ("postgresql://", {"PGHOST": "127.0.0.1", "PGPORT": "{port}"}),
        ("postgresql://", {"PGHOSTADDR": "127.0.0.1", "PGPORT": "{port}"}),
        ("postgresql://somewhere-else/x", {"PGHOSTADDR": "127.0.0.1", "PGPORT": "{port}"}),
        ("postgresql://127.0.0.1/x", {"PGPORT": " {port} "}),
        ("postgresql://127.0.0.1/x?port=00{port}", {}),
    ],
)
def test_each_default_is_libpqs_own(text: str, variables: dict[str, str], listening: Listening, tmp_path: Path) -> None:
    port = listening.ports[0]
    filled = {name: value.format(port=port) for name, value in variables.items()}
    target = Spelled(text.format(a=f"127.0.0.1:{port}", port=port), filled)
    with around(target, tmp_path):
        address = read_address(target.text)
        host, hostaddr, port, database, user = reached(target.text)
        assert reached(make_conninfo(target.text, **address.pinned))[3:] == (database, user)
    assert (address.database, address.user) == (database, user)
    assert hostaddr == "127.0.0.1"
    assert host in (address.hosts[0].name, address.hosts[0].address)
    assert int(port) == int(address.hosts[0].port)


@pytest.mark.parametrize(
    "service",
    [
        "host=127.0.0.1\nport={0}\ndbname=app",
        "host=127.0.0.1\nport={0}\ndbname=app\nuser=me",
        "hostaddr=127.0.0.1\nport={0}\ndbname=b",
    ],
)
@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("service=ours", {"PGSERVICEFILE": "SERVICES"}),
        ("postgresql:///?service=ours", {"PGSERVICEFILE": "SERVICES"}),
        ("postgresql://", {"PGSERVICE": "ours", "PGSERVICEFILE": "SERVICES"}),
        ("postgresql://?service=ours", {"PGSERVICE": "other", "PGSERVICEFILE": "SERVICES"}),
        ("service=ours", {"PGHOST": "localhost", "PGDATABASE": "dev", "PGSERVICEFILE": "SERVICES"}),
        ("dbname=mine service=ours", {"PGSERVICEFILE": "SERVICES"}),
        ("service=ours", {"PGSYSCONFDIR": "FOLDER"}),
        ("service=ours", {}),  # ~/.pg_service.conf
    ],
)
def test_services(text: str, variables: dict[str, str], service: str, listening: Listening, tmp_path: Path) -> None:
    services = "[other]\nhost=127.0.0.1\nport=1\ndbname=other\n[ours]\n" + service.format(listening.ports[1])
    for path in ("pg_service.conf", ".pg_service.conf"):
        if path.startswith(".") != ("PGSYSCONFDIR" in variables):
            (tmp_path / path).write_text(services)
    variables = {name: value.replace("FOLDER", str(tmp_path)) for name, value in variables.items()}
    with around(Spelled(text, variables, services), tmp_path):
        if not variables:
            from_home = pq.PGconn.connect_start(b"service=ours")
            if b"not found" in from_home.error_message:
                pytest.skip("this libpq takes the home directory from the list of users, not from HOME")
            from_home.finish()
        address = read_address(text)
        assert reached(text)[3:] == (address.database, address.user)
        assert reached(text) == reached(make_conninfo(text, **address.pinned))
        assert reached(text)[2] == listening.ports[1] == address.hosts[0].port


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("service=nowhere", {"PGSERVICEFILE": "SERVICES"}),
        ("postgresql://localhost/dev?service=nowhere", {}),
        ("postgresql://localhost/dev", {"PGSERVICE": "nowhere", "PGSERVICEFILE": "SERVICES"}),
        ("postgresql://localhost/dev", {"PGSERVICE": ""}),
        ("postgresql://localhost/dev", {"PGSERVICE": "x", "PGSERVICEFILE": "/nonexistent"}),
        ("host=a,b hostaddr=127.0.0.1", {}),
        ("host=a,b port=1,2,3", {}),
        ("host=a,b", {"PGHOSTADDR": "127.0.0.1"}),
        ("host=localhost port=0", {}),
        ("host=localhost port=65536", {}),
        ("host=localhost port=x", {}),
        ("postgresql://localhost:99999/dev", {}),
        ("postgresql://localhost/dev", {"PGPORT": "abc"}),
        ("postgresql://localhost/dev%00", {}),
        ("postgresql://localhost/%ff", {}),
        ("postgresql://localhost/%zz", {}),
        ("postgresql://[::1/dev", {}),
        ("postgresql://localhost/dev?nonsense=1", {}),
        ("host='localhost", {}),
        ("host", {}),
        ("=", {}),
    ],
)
def test_what_libpq_would_not_connect_with_is_blocked(text: str, variables: dict[str, str], tmp_path: Path) -> None:
    target = Spelled(text, variables, "[other]\nhost=localhost\n")
    for command in (*DESTROYING, "migrate"):
        verdict, rules = judged(command, target, tmp_path, mark="development", by="--url")
        assert (verdict, rules) == ("block", ["target"]), (target, rules)
