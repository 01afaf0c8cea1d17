"""A transaction over Python objects: private copies until the commit, versions checked there, locks held till the end.

It sees what others commit meanwhile (READ COMMITTED), except in the entities it already holds.
"""

import threading
from collections.abc import Hashable, Iterable, Iterator, MutableMapping, MutableSequence
from dataclasses import fields, is_dataclass
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from domain.errors import NotFound, StaleVersion
from storage.in_memory.rules import check_rules


class Identified(Protocol):
    """An entity: something with an identity."""

    @property
    def id(self) -> UUID: ...


Entity = TypeVar("Entity", bound=Identified)
Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

_GONE: Any = object()


class Memory:
    """What has been committed: entities by class and identity, plain rows by table and key."""

    def __init__(self) -> None:
        self.guard = threading.RLock()
        self.entities: dict[type, dict[UUID, Any]] = {}
        self.rows: dict[str, dict[Any, Any]] = {}
        self._locks: dict[Hashable, threading.Lock] = {}

    def lock(self, name: Hashable) -> threading.Lock:
        """Return the lock that whoever works on ``name`` has to hold."""
        with self.guard:
            return self._locks.setdefault(name, threading.Lock())


class Rows(MutableMapping[Key, Value], Generic[Key, Value]):
    """A table of immutable values as one transaction sees it."""

    def __init__(self, memory: Memory, name: str) -> None:
        self._committed: dict[Key, Value] = memory.rows.setdefault(name, {})
        self._written: dict[Key, Value] = {}

    def __getitem__(self, key: Key) -> Value:
        value = self._written[key] if key in self._written else self._committed[key]
        if value is _GONE:
            raise KeyError(key)
        return value

    def __setitem__(self, key: Key, value: Value) -> None:
        self._written[key] = value

    def __delitem__(self, key: Key) -> None:
        self[key]
        self._written[key] = _GONE

    def __iter__(self) -> Iterator[Key]:
        keys = [*self._committed, *(key for key in self._written if key not in self._committed)]
        return (key for key in keys if self._written.get(key) is not _GONE)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def apply(self) -> None:
        for key, value in self._written.items():
            if value is _GONE:
                self._committed.pop(key, None)
            else:
                self._committed[key] = value
        self._written.clear()


class Entities(Generic[Entity]):
    """The entities of one class as one transaction sees them, each one object throughout."""

    def __init__(self, memory: Memory, kind: type[Entity]) -> None:
        self.kind = kind
        self._committed: dict[UUID, Entity] = memory.entities.setdefault(kind, {})
        self._held: dict[UUID, Entity] = {}
        self._before: dict[UUID, object] = {}  # how they were when read; what was added was nothing before
        self._removed: dict[UUID, Entity] = {}

    def find(self, identity: UUID) -> Entity | None:
        if identity in self._removed:
            return None
        if identity not in self._held:
            committed = self._committed.get(identity)
            if committed is None:
                return None
            self._held[identity] = _copy(committed)
            self._before[identity] = _state(committed)
        return self._held[identity]

    def get(self, identity: UUID) -> Entity:
        if (held := self.find(identity)) is not None:
            return held
        raise NotFound(self.kind.__name__.lower(), identity)

    def refresh(self, identity: UUID) -> None:
        """Bring what is held up to what has been committed, unless it was changed here."""
        held, committed = self._held.get(identity), self._committed.get(identity)
        if held is None or committed is None or self._is_changed(identity):
            return
        fresh = _copy(committed)
        for field in fields(fresh):  # type: ignore[arg-type]  # every entity is a dataclass
            setattr(held, field.name, getattr(fresh, field.name))
        self._before[identity] = _state(committed)

    def add(self, entity: Entity) -> None:
        self._held[entity.id] = entity
        self._before[entity.id] = None

    def remove(self, entity: Entity) -> None:
        self._removed[entity.id] = self._held.pop(entity.id)

    def all(self) -> list[Entity]:
        identities = {**self._committed, **self._held}
        return [held for identity in identities if (held := self.find(identity)) is not None]

    def changing(self) -> list[UUID]:
        return [*(identity for identity in self._held if self._is_changed(identity)), *self._removed]

    def check(self) -> None:
        """Raise ``StaleVersion`` or ``NotFound`` where somebody else was first."""
        for identity in self.changing():
            version = self._version_before(identity)
            current = self._committed.get(identity)
            if version is None:
                continue
            if current is None:
                raise NotFound(self.kind.__name__.lower(), identity)
            if current.version != version:  # type: ignore[attr-defined]
                raise StaleVersion(
                    self.kind.__name__.lower(),
                    expected=version,
                    current=current.version,  # type: ignore[attr-defined]
                )

    def after(self) -> dict[UUID, Entity]:
        """Return all entities as they will be after the commit; not to be changed."""
        everything = {**self._committed, **self._held}
        return {identity: held for identity, held in everything.items() if identity not in self._removed}

    def apply(self) -> None:
        for identity in self._removed:
            self._committed.pop(identity, None)
        self._removed.clear()
        for identity, held in self._held.items():
            if not self._is_changed(identity):
                continue
            if hasattr(held, "version"):
                held.version = (self._version_before(identity) or 0) + 1
            self._committed[identity] = _copy(held)
            self._before[identity] = _state(held)

    def _is_changed(self, identity: UUID) -> bool:
        return self._before[identity] is None or _state(self._held[identity]) != self._before[identity]

    def _version_before(self, identity: UUID) -> int | None:
        before: Any = self._before[identity]
        return before.get("version") if before is not None else None


class Transaction:
    """What one unit of work reads, writes and waits for."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._entities: dict[type, Entities[Any]] = {}
        self._rows: dict[str, Rows[Any, Any]] = {}
        self._held_locks: dict[Hashable, threading.Lock] = {}

    def entities(self, kind: type[Entity]) -> Entities[Entity]:
        return self._entities.setdefault(kind, Entities(self._memory, kind))

    def rows(self, name: str) -> Rows[Any, Any]:
        return self._rows.setdefault(name, Rows(self._memory, name))

    def lock(self, name: Hashable, *, wait: bool = True) -> bool:
        """Hold ``name`` until the transaction ends; False if somebody else does and ``wait`` is not wanted."""
        if name in self._held_locks:
            return True
        lock = self._memory.lock(name)
        if not lock.acquire(blocking=wait):
            return False
        self._held_locks[name] = lock
        return True

    def commit(self) -> None:
        """Check and apply everything at once. Raises a refusal and applies nothing."""
        kinds = list(self._entities.values())
        for name in sorted((held.kind.__name__, identity) for held in kinds for identity in held.changing()):
            self.lock(name)
        with self._memory.guard:
            for held in kinds:
                held.check()
            check_rules({held.kind: held.after() for held in kinds if held.changing()}, self._all)
            for held in kinds:
                held.apply()
            for rows in self._rows.values():
                rows.apply()
        self.end()

    def end(self) -> None:
        """Let go of every lock."""
        for lock in self._held_locks.values():
            lock.release()
        self._held_locks.clear()

    def _all(self, kind: type[Entity]) -> dict[UUID, Entity]:
        return self.entities(kind).after()


def _copy(entity: Entity) -> Entity:
    return type(entity)(**{field.name: _copied(getattr(entity, field.name)) for field in fields(entity)})  # type: ignore[arg-type]


def _copied(value: Any) -> Any:
    if isinstance(value, MutableSequence):
        return [_copied(part) for part in value]
    if isinstance(value, MutableMapping):
        return dict(value)
    return _copy(value) if _is_entity(value) else value


def _state(value: Any) -> Any:
    """Return what ``value`` says, in parts that compare by what they say."""
    if isinstance(value, MutableSequence):
        return [_state(part) for part in value]
    if isinstance(value, MutableMapping):
        return dict(value)
    if _is_entity(value):
        return {field.name: _state(getattr(value, field.name)) for field in fields(value)}
    return value


def _is_entity(value: object) -> bool:
    return is_dataclass(value) and hasattr(value, "id")


def ordered(entities: Iterable[Entity], *keys: str) -> list[Entity]:
    """Return ``entities`` by their attributes ``keys``, then by identity."""
    return sorted(entities, key=lambda held: (*(getattr(held, key) for key in keys), held.id))
