"""Makes the journal's tables and triggers through hygie.journal, which owns them."""

from typing import Any

from django.db import migrations


def create(apps: Any, schema_editor: Any) -> None:
    """On the connection being migrated; running it again changes nothing."""
    del apps
    from hygie.journal.store import Journal

    def execute(sql: str, params: Any = ()) -> list[tuple[Any, ...]]:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(sql, list(params)) if params else cursor.execute(sql)
            return list(cursor.fetchall()) if cursor.description else []

    Journal(execute, schema_editor.connection.vendor).create_schema()


class Migration(migrations.Migration):
    """Never undone: a journal is not thrown away."""

    dependencies = [("journal", "0001_initial")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
