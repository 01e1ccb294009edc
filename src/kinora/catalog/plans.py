"""The plans that accounts can have."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated

import msgspec

from kinora.domain.errors import Invalid
from kinora.domain.plan import Plan
from kinora.domain.quota import Quota

Most = Annotated[int, msgspec.Meta(ge=0)] | None


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    monthly: int
    max_jobs: int
    quota_bytes: Most = None
    quota_uploads: Most = None
    quota_fetches: Most = None

    @property
    def quota(self) -> Quota:
        """What the plan says of it."""
        return Quota(kept=self.quota_bytes, uploads=self.quota_uploads, fetches=self.quota_fetches)


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    plan: dict[str, _Row]


@cache
def load_plans() -> Mapping[str, Plan]:
    """Read the table, in its order; raise msgspec.ValidationError when it is not well formed."""
    return read_plans((files("kinora.catalog") / "plans.toml").read_bytes())


def read_plans(text: bytes) -> Mapping[str, Plan]:
    """Read a table of plans."""
    rows = msgspec.toml.decode(text, type=_Table).plan
    return {
        name: Plan(name=name, monthly=row.monthly, max_jobs=row.max_jobs, quota=row.quota)
        for name, row in rows.items()
    }


def plan_named(name: str) -> Plan:
    """Return a plan; raise Invalid."""
    plans = load_plans()
    if name not in plans:
        raise Invalid(f"plan must be one of {', '.join(plans)}, not {name!r}")
    return plans[name]
