"""Version 0001: tables of calls, steps, utterances and tickets, and counts of abusive callers."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None


def upgrade() -> None:
    """Create the tables of version 0001 in an empty database."""
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "calls",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("uniqueid", sa.Text, nullable=False),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("caller", sa.Text, nullable=False),
        sa.Column("started", instant, nullable=False),
        sa.Column("ended", instant),
        sa.Column("seconds", sa.Double),
        sa.Column("outcome", sa.String(32)),
        sa.Column("rows", sa.Text),
    )
    op.create_index("calls_by_start", "calls", ["started"])
    op.create_index("calls_by_uniqueid", "calls", ["uniqueid"])
    op.create_index("calls_by_run", "calls", ["run", "ended"])
    op.create_table(
        "steps",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("step", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("wall", instant, nullable=False),
        sa.Column("what", sa.String(64), nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
    )
    op.create_table(
        "utterances",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("step", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("transcript", sa.Text, nullable=False),
        sa.Column("confidence", sa.Double),
        sa.Column("intent", sa.String(64), nullable=False),
        sa.Column("certainty", sa.String(16), nullable=False),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("runner_up", sa.String(64)),
        sa.Column("runner_up_score", sa.Double, nullable=False),
        sa.Column("slots", sa.Text, nullable=False),
    )
    op.create_table(
        "tickets",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("step", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("row", sa.String(64), nullable=False),
        sa.Column("caller", sa.Text, nullable=False),
        sa.Column("surname", sa.Text),
        sa.Column("title", sa.Text),
        sa.Column("contact", sa.Text),
        sa.Column("department", sa.Text),
        sa.Column("transcript", sa.Text),
        sa.Column("recording", sa.Text),
        sa.Column("customer_class", sa.Text),
        sa.Column("created", instant, nullable=False),
        sa.Column("deadline", instant),
        sa.Column("assignee", sa.Text),
        sa.Column("note", sa.Text),
        sa.Column("changed", instant, nullable=False),
    )
    op.create_index("tickets_by_number", "tickets", ["number"])
    op.create_index("tickets_by_status", "tickets", ["status", "deadline"])
    op.create_table(
        "callers",
        sa.Column("caller", sa.Text, primary_key=True),
        sa.Column("abuse", sa.Integer, nullable=False),
        sa.Column("nuisance", sa.Integer, nullable=False),
        sa.Column("last", instant, nullable=False),
    )


def downgrade() -> None:
    """Drop all tables of version 0001."""
    for table in ("callers", "tickets", "utterances", "steps", "calls"):
        op.drop_table(table)
