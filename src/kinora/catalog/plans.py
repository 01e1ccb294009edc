"""The plans that accounts can have."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

from kinora.domain.errors import Invalid
from kinora.domain.plan import Plan


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    monthly: int
    max_jobs: int


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    plan: dict[str, _Row]


@cache
def load_plans() -> Mapping[str, Plan]:
    """Read the table, in its order; raise msgspec.ValidationError when it is not well formed."""
    text = (files("kinora.catalog") / "plans.toml").read_bytes()
    rows = msgspec.toml.decode(text, type=_Table).plan
    return {
        name: Plan(name=name, monthly=row.monthly, max_jobs=row.max_jobs)
        for name, row in rows.items()
    }


def plan_named(name: str) -> Plan:
    """Return a plan; raise Invalid."""
    plans = load_plans()
    if name not in plans:
        raise Invalid(f"plan must be one of {', '.join(plans)}, not {name!r}")
    return plans[name]
