"""Where Alembic enters: on the connection it is given, or on the ``url`` of its configuration.

``storage.database.migrate`` is how Milepost runs it; whoever gives a connection commits on it.
"""

from alembic import context
from sqlalchemy import Connection, NullPool, create_engine

from storage.database import sqlalchemy_url
from storage.tables import metadata


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection, target_metadata=metadata, compare_server_default=True, transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _migrate(given)
else:
    url = context.config.get_main_option("url") or context.get_x_argument(as_dictionary=True)["url"]
    with create_engine(sqlalchemy_url(url), poolclass=NullPool).connect() as connection:
        _migrate(connection)
        connection.commit()
