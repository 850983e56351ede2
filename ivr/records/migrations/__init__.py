"""The migrations of the records' database, run by alembic."""
