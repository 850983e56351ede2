"""Version 0002: tables of the notifications to the supervisor, and of results of scenarios."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    """Create the tables ``notifications`` and ``scenario_results``."""
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "notifications",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("ticket", sa.String(16), nullable=False),
        sa.Column("event", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("created", instant, nullable=False),
        sa.Column("due", instant, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("delivered", instant),
        sa.Column("problem", sa.Text),
        sa.UniqueConstraint("ticket", "event", "channel", name="one_notification_per_event"),
    )
    op.create_index("notifications_by_due", "notifications", ["delivered", "due"])
    op.create_table(
        "scenario_results",
        sa.Column("run", sa.String(64), primary_key=True),
        sa.Column("scenario", sa.String(64), primary_key=True),
        sa.Column("at", instant, nullable=False),
        sa.Column("passed", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables ``notifications`` and ``scenario_results``."""
    for table in ("scenario_results", "notifications"):
        op.drop_table(table)
