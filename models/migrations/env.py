"""Alembic's entry: it is handed an open connection and never opens one."""

from alembic import context

from models import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the caller's transaction is the only one
)
with context.begin_transaction():
    context.run_migrations()
