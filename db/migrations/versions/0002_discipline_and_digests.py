"""Disciplinary decisions, and a digest over each operation

Revision: 0002, after 0001
"""

import json
from hashlib import sha256
from itertools import groupby

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "discipline",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("office_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("stamps", sa.Text(), nullable=False),
        sa.Column("deleted_at", sa.String(length=20), nullable=True),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.String(length=100), nullable=True),
        sa.Column("document_no", sa.String(length=50), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("watched_years", sa.Integer(), nullable=True),
        sa.Column("extended_on", sa.Date(), nullable=True),
        sa.Column("restored_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["member.id"],
            name=op.f("fk_discipline_member_id_member"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["office_id"],
            ["office.id"],
            name=op.f("fk_discipline_office_id_office"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discipline")),
    )
    op.create_index(
        "ix_discipline_listing",
        "discipline",
        ["id", "office_id", "deleted_at"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_discipline_member_id",
        "discipline",
        ["member_id", "office_id", "deleted_at"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_discipline_search",
        "discipline",
        ["search_key", "id", "member_id", "deleted_at"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )

    op.add_column("batch", sa.Column("digest", sa.String(length=64), nullable=True))
    seal(op.get_bind())


def seal(connection: sa.Connection) -> None:
    """Each operation gets the digest over what is said of it and over its lines, as the program writes it since."""
    wanted = sa.text("SELECT batch_id, record_id, version FROM change ORDER BY batch_id, seq")
    lines = {}
    for batch, found in groupby(connection.execute(wanted), lambda one: one.batch_id):
        records, versions = sha256(), sha256()
        for one in found:
            records.update(f"{one.record_id}\n".encode())
            versions.update(f"{one.version}\n".encode())
        lines[batch] = (records.hexdigest(), versions.hexdigest())
    none = (sha256().hexdigest(), sha256().hexdigest())
    fields = 'SELECT id, label, kind, "user", "at", changes, undoes FROM batch'
    for said in connection.execute(sa.text(fields)).all():
        whole = sha256(json.dumps([*said, *lines.get(said.id, none)], ensure_ascii=False).encode())
        connection.execute(
            sa.text("UPDATE batch SET digest = :digest WHERE id = :id"), {"digest": whole.hexdigest(), "id": said.id}
        )


def downgrade() -> None:
    op.drop_column("batch", "digest")
    op.drop_index(
        "ix_discipline_search",
        table_name="discipline",
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_discipline_member_id",
        table_name="discipline",
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_discipline_listing",
        table_name="discipline",
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_table("discipline")
