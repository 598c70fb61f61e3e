"""Writing an import that was read and confirmed: whole or not at all, one line of the journal."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from hygie.web.edits import create_once
from hygie.web.inventory import selectors
from hygie.web.inventory.models import Card, Device, OnlineAccount
from hygie.web.inventory.plan import ADD, CHANGE, Known, Plan, Step, plan_import
from hygie.web.inventory.reading import Sheet
from hygie.web.inventory.tables import Table
from hygie.web.journal.flows import Actor, record


def rows_of(table: Table, practice: Any) -> Any:
    """Every object of a table, with what its line needs: at most three queries."""
    if table.model is OnlineAccount:
        return selectors.accounts_of(practice).order_by("pk")
    if table.model in (Card, Device):
        return table.model.objects.for_practice(practice).select_related("holder").order_by("pk")
    return selectors.providers_of(practice).order_by("pk")


def plan_of(table: Table, practice: Any, sheet: Sheet) -> Plan:
    """What importing this sheet would do now."""
    known = Known(
        list(rows_of(table, practice)), list(selectors.everybody(practice)), list(selectors.providers_of(practice))
    )
    return plan_import(table, sheet, known)


@transaction.atomic
def write(actor: Actor, practice: Any, table: Table, plan: Plan, *, batch: UUID) -> None:
    """Write the plan. Outdated, and nothing written, when an object changed since the plan was drawn.

    `batch` is the file's own key: two confirmations sent together add the same objects once.
    """
    for step in plan.steps:
        if step.what == ADD:
            _add(practice, table, step, uuid5(batch, str(step.number)))
        elif step.what == CHANGE:
            _change(step)
    if plan.writes:
        data = {"table": table.slug, "added": plan.count(ADD), "changed": plan.count(CHANGE)}
        record(actor, "inventory.imported", f"Liste importée : {table.title}.", data=data)


def _add(practice: Any, table: Table, step: Step, key: UUID) -> None:
    plain, users = _split(step.values)
    row, new = create_once(table.model, practice, key, plain)
    if new and users is not None:
        row.users.set(users)


def _change(step: Step) -> None:
    plain, users = _split(step.values)
    for name, value in plain.items():
        setattr(step.row, name, value)
    step.row.save_version(step.row.version)
    if users is not None:
        step.row.users.set(users)


def _split(values: Mapping[str, Any]) -> tuple[dict[str, Any], list[Any] | None]:
    return {name: value for name, value in values.items() if name != "users"}, values.get("users")
