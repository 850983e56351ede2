"""Version 0004: no table of scenario results. It never had rows: these results are files."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    """Drop the table ``scenario_results``."""
    op.drop_table("scenario_results")


def downgrade() -> None:
    """Create the table ``scenario_results`` as version 0002 did."""
    op.create_table(
        "scenario_results",
        sa.Column("run", sa.String(64), primary_key=True),
        sa.Column("scenario", sa.String(64), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("passed", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
