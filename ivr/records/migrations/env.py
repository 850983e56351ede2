"""Alembic runs this module: it migrates in the transaction of ivr.records.database.migrate."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
