"""How what is kept is read: the answers of PostgreSQL to ``domain.reading``, a module per concept.

Each question about many objects is one statement, or one for each kind of part. Who may see what is decided in
``scope`` and nowhere else.
"""

from storage.reading.reader import SqlReader

__all__ = ["SqlReader"]
