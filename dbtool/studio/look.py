"""How a database is shown for what it is: the name and the colour of its environment. Pure."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dbtool.guard.policy import Standing

if TYPE_CHECKING:
    from dbtool.where import Where


@dataclass(frozen=True, slots=True)
class Colours:
    """Letters on a ground: for a terminal's sixteen colours, and as harlequin names them."""

    ansi: str
    named: str
    word: str


COLOURS = {
    Standing.DEVELOPMENT: Colours("1;30;42", "#000000 on #3fb950", "green"),
    Standing.UNCERTAIN: Colours("1;30;43", "#000000 on #e3b341", "yellow"),
    Standing.PRODUCTION: Colours("1;97;41", "#ffffff on #c1121f", "red"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is to be in sight all the time."""

    where: "Where"
    mark: str  # the database's own, "" for none
    standing: Standing  # what the guard takes it for
    writable: bool

    @property
    def name(self) -> str:
        """The environment's name, behind what it is where its name does not say that."""
        name = _printable(self.where.environment)
        return f"production, called {name}" if self.standing is Standing.PRODUCTION and name != "production" else name

    @property
    def mode(self) -> str:
        """Whether it can be written, in words."""
        return "read-write" if self.writable else "read-only"

    @property
    def colours(self) -> Colours:
        """The colours of what the guard takes the database for: a production that is called dev is red."""
        return COLOURS[self.standing]

    @property
    def line(self) -> str:
        """The line at the top; what matters most first, for a narrow screen cuts the end off."""
        here = self.where
        address = "the embedded server" if here.embedded else f"{here.host}:{here.port}"
        marked = f"marked {self.mark}" if self.mark else "this project's own" if here.embedded else "not marked"
        return _printable(f"{self.name} | {self.mode} | {here.database} on {address} as {here.role} | {marked}")

    @property
    def title(self) -> str:
        """The title of the terminal's window."""
        return _printable(f"{self.name}: {self.where.database} ({self.mode})")

    def prompt(self, end: str, *, coloured: bool) -> str:
        """Return a prompt for psql (its manual: Prompting), which ends in psql's own signs.

        %[ and %] tell psql that what is between them takes no place on the screen.
        """
        name = f" {self.name}, {self.mode} ".replace("%", "%%")
        if not coloured:
            return f"[{name.strip()}] %/{end}"
        return f"%[%033[{self.colours.ansi}m%]{name}%[%033[0m%] %/{end}"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)
