"""What all tables have in common: how constraints are named, and the columns that keep coming back."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Date, Double, Enum, Integer, MetaData, Text, Uuid, text
from sqlalchemy.dialects.postgresql import TIMESTAMP, ExcludeConstraint

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Instant = TIMESTAMP(timezone=True)


def identity() -> Column[UUID]:
    """Return the primary key of an entity, which the domain has made (UUIDv7)."""
    return Column("id", Uuid, primary_key=True)


def version() -> Column[int]:
    """Return the column that counts the changes of an aggregate, its children included."""
    return Column("version", Integer, nullable=False, server_default=text("1"))


def name(column: str = "name") -> Column[str]:
    """Return a text that must not be blank; see ``not_blank``."""
    return Column(column, Text, nullable=False)


def not_blank(column: str) -> CheckConstraint:
    """Return the rule that a text holds something to read."""
    return CheckConstraint(rf"{column} ~ '\S'", name=f"{column}_not_blank")


def remark(column: str) -> Column[str]:
    """Return a text that may be empty, but never unknown."""
    return Column(column, Text, nullable=False, server_default=text("''"))


def amount(column: str, *, nullable: bool = False) -> Column[float]:
    """Return a double-precision number, as Python's floats are."""
    return Column(column, Double, nullable=nullable)


def one_of(column: str, kind: type[StrEnum], *, nullable: bool = False, **options: Any) -> Column[Any]:
    """Return a column of one of the words of ``kind``, kept as text; see ``known_word``."""
    words = Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda held: [w.value for w in held],
    )
    return Column(column, words, nullable=nullable, **options)


def _values(kind: type[StrEnum]) -> list[str]:
    return [word.value for word in kind]


def known_word(column: str, kind: type[StrEnum]) -> CheckConstraint:
    """Return the rule that a column holds one of the words of ``kind``."""
    words = ", ".join(f"'{word.value}'" for word in kind)
    return CheckConstraint(f"{column} IN ({words})", name=f"{column}_known")


def period(*, open_ended: bool = True) -> Iterator[Column[Any] | CheckConstraint]:
    """Yield the columns of a ``Validity`` and their order."""
    yield Column("starts", Date, nullable=False)
    yield Column("ends", Date, nullable=open_ended)
    yield CheckConstraint("ends > starts", name="ends_after_start")


def once_at_a_time(name: str, identity: str, part: str = "''") -> ExcludeConstraint:
    """Return the constraint that no two rows of the same ``identity`` and ``part`` hold on one day.

    An equality needs an operator class in GiST, and the extension that has one for uuid and text (btree_gist) does
    not come with every server; ``identity_range`` turns both into a range of one number, which GiST can compare. The
    check waits for the commit, so that a unit of work may end one fact and begin the next in any order.
    """
    return ExcludeConstraint(
        (text(f"identity_range({identity}, {part})"), "&&"),
        (text("daterange(starts, ends)"), "&&"),
        name=name,
        using="gist",
        deferrable=True,
        initially="DEFERRED",
    )
