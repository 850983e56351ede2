"""Version 0003: the table of recordings, and a column of ``calls`` with the recording's file."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    """Create the table ``recordings`` and the column ``recording`` of ``calls``."""
    instant = sa.DateTime(timezone=True)
    op.add_column("calls", sa.Column("recording", sa.Text))
    op.create_table(
        "recordings",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("started", instant, nullable=False),
        sa.Column("kept", instant),
        sa.Column("octets", sa.BigInteger),
        sa.Column("seconds", sa.Double),
        sa.Column("sha256", sa.String(64)),
        sa.Column("removed", instant),
        sa.Column("problem", sa.Text),
    )
    op.create_index("recordings_by_start", "recordings", ["started"])
    op.create_index("recordings_by_state", "recordings", ["kept", "removed"])


def downgrade() -> None:
    """Drop the table ``recordings`` and the column of ``calls``; the recordings' files stay."""
    op.drop_table("recordings")
    op.drop_column("calls", "recording")
