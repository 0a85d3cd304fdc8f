"""What alembic runs: the revisions in `versions/`, on the connection that `upgrade` hands over."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import TypeDecorator

from db.models.tables import Base

connection = context.config.attributes["connection"]


def plain(kind: str, item: Any, _: object) -> str | Literal[False]:
    """A draft names a column's SQL type, never a type of ours: revisions stand on their own."""
    return f"sa.{type(item.impl_instance).__name__}()" if kind == "type" and isinstance(item, TypeDecorator) else False


context.configure(connection=connection, target_metadata=Base.metadata, render_item=plain)
with context.begin_transaction():
    context.run_migrations()
