"""Version 0005: the table of reviews: which misunderstood utterances a person has looked at."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005", "0004"


def upgrade() -> None:
    """Create the table ``reviews``."""
    op.create_table(
        "reviews",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("step", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("intent", sa.String(64)),
        sa.Column("reviewed", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Drop the table ``reviews``; all misunderstood utterances count as new again."""
    op.drop_table("reviews")
