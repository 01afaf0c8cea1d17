"""The ports answered from memory, for tests and trials; it behaves as PostgreSQL does, rollback and waiting included.

The same contract tests run over both. Give several units of work one ``Memory`` and they share what is committed.
"""

from storage.in_memory.transaction import Memory
from storage.in_memory.unit_of_work import InMemoryUnitOfWork

__all__ = ["InMemoryUnitOfWork", "Memory"]
