"""A table, as far as files say: its columns, constraints and indexes. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from dbtool.lint.commands import constraint_kind
from dbtool.lint.tree import SERIAL, Name, Type, last_name, relation_name, strings_of, type_of
from dbtool.parser import node_name


@dataclass(slots=True, kw_only=True)
class Column:
    """A column: ``default`` is its expression's node."""

    name: str
    type_name: Any  # the TypeName
    not_null: bool = False
    identity: bool = False
    generated: Any = None  # its expression's node
    generated_kind: str = ""  # s stored, v virtual
    default: Any = None

    @property
    def type(self) -> Type:
        """Its type."""
        return type_of(self.type_name)


@dataclass(slots=True, kw_only=True)
class Constraint:
    """A constraint: ``kind`` as in CONSTR_<kind>; ``references`` and ``there`` of a foreign key."""

    kind: str
    name: str = ""
    columns: tuple[str, ...] = ()
    references: Name | None = None
    there: tuple[str, ...] = ()
    expression: Any = None
    validated: bool = True


@dataclass(slots=True, kw_only=True)
class Index:
    """An index; the columns up to its first expression; ``expressions`` says that there is one."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False
    partial: bool = False
    node: Any = None


@dataclass(slots=True, kw_only=True)
class Table:
    """A table. What is told of its columns is taken in when somebody asks: most tables are never asked about."""

    name: Name
    partitioned: bool = False
    default_partition: Name | None = None
    of_others: bool = False  # LIKE, OF, INHERITS, AS: the columns are not told here
    comment: str = ""
    row_security: bool = False
    replica_identity: str = ""  # n, f, i as ReplicaIdentityStmt says; "" for the default
    _columns: dict[str, Column] = field(default_factory=dict[str, Column])
    _constraints: list[Constraint] = field(default_factory=list[Constraint])
    _indexes: list[Index] = field(default_factory=list[Index])
    _later: "list[Callable[[Table], None]]" = field(default_factory=list["Callable[[Table], None]"])

    def later(self, change: "Callable[[Table], None]") -> None:
        """Take *change* in when somebody asks."""
        self._later.append(change)

    def _settle(self) -> None:
        changes, self._later = self._later, []
        for change in changes:
            change(self)

    @property
    def columns(self) -> dict[str, Column]:
        """Its columns by name."""
        if self._later:
            self._settle()
        return self._columns

    @property
    def constraints(self) -> list[Constraint]:
        """Its constraints."""
        if self._later:
            self._settle()
        return self._constraints

    @constraints.setter
    def constraints(self, constraints: list[Constraint]) -> None:
        self._constraints = constraints

    @property
    def indexes(self) -> list[Index]:
        """Its indexes."""
        if self._later:
            self._settle()
        return self._indexes

    @indexes.setter
    def indexes(self, indexes: list[Index]) -> None:
        self._indexes = indexes

    @property
    def primary_key(self) -> Constraint | None:
        """Its primary key."""
        return next((c for c in self.constraints if c.kind == "PRIMARY"), None)


def add_elements(table: Table, elements: Any) -> None:
    """Take in what stands in the parentheses of CREATE TABLE."""
    for element in elements:
        kind = node_name(element)
        if kind == "column_def":
            add_column(table, element.column_def)
        elif kind == "constraint":
            add_constraint(table, element.constraint)


def add_column(table: Table, definition: Any) -> None:
    """Take a ColumnDef into *table*, with its constraints."""
    column = Column(name=definition.colname, type_name=definition.type_name)
    table.columns[column.name] = column
    column.not_null = last_name(definition.type_name) in SERIAL
    for holder in definition.constraints:
        constraint = holder.constraint
        kind = constraint_kind(constraint)
        if kind == "NOTNULL":
            column.not_null = True
        elif kind == "DEFAULT":
            column.default = constraint.raw_expr
        elif kind == "IDENTITY":
            column.identity = column.not_null = True
        elif kind == "GENERATED":
            column.generated, column.generated_kind = constraint.raw_expr, constraint.generated_kind
        else:
            add_constraint(table, constraint, column.name)


def add_constraint(table: Table, node: Any, column: str = "") -> None:
    """Take a Constraint into *table*."""
    kind = constraint_kind(node)
    if kind not in ("CHECK", "PRIMARY", "UNIQUE", "EXCLUSION", "FOREIGN", "NOTNULL"):
        return
    columns = strings_of(node.fk_attrs) if kind == "FOREIGN" else strings_of(node.keys)
    if node.indexname:
        index = next((i for i in table.indexes if i.name == node.indexname), None)
        columns = index.columns if index else columns
    constraint = Constraint(
        kind=kind,
        name=node.conname,
        columns=columns or ((column,) if column else ()),
        references=relation_name(node.pktable) if kind == "FOREIGN" else None,
        there=strings_of(node.pk_attrs),
        expression=node.raw_expr if kind == "CHECK" else None,
        validated=not node.skip_validation,
    )
    table.constraints.append(constraint)
    for name in constraint.columns if kind in ("PRIMARY", "NOTNULL") else ():
        if name in table.columns:
            table.columns[name].not_null = True


def add_index(table: Table, node: Any) -> None:
    """Take in an IndexStmt."""
    columns: list[str] = []
    for holder in node.index_params:
        if not holder.index_elem.name:
            break
        columns.append(holder.index_elem.name)
    partial = node.HasField("where_clause")
    table.indexes.append(
        Index(name=node.idxname, columns=tuple(columns), unique=node.unique, partial=partial, node=node)
    )
