"""How it is kept: PostgreSQL through SQLAlchemy, and the files that bring data in."""
