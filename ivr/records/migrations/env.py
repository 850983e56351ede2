"""Entry point of alembic: migrates in the transaction of :func:`ivr.records.database.migrate`."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
