"""`kinora accounts`: who may submit, and how much at once."""

from math import isnan
from typing import Any

import click

from kinora.bootstrap.ground import Operator, build_quota
from kinora.catalog.plans import plan_named
from kinora.cli.desk import MANY, NUMBER, Row, as_json, at_desk, show, show_one
from kinora.domain.account import Account
from kinora.domain.errors import NotAllowed
from kinora.domain.ids import AccountId
from kinora.domain.quota import Allowed
from kinora.domain.rank import Rank
from kinora.usecases.read_quota import Used


@click.group()
def accounts() -> None:
    """Accounts: list, show, create, change, put on a plan."""


@accounts.command("list")
@as_json
@click.pass_obj
def list_accounts(obj: dict[str, Any], *, as_json: bool) -> None:
    """List all accounts."""

    async def work(operator: Operator) -> list[Row]:
        return [row(account) for account in await operator.ground.store.view.accounts.list()]

    show(at_desk(obj, work), json_form=as_json, empty="no accounts")


@accounts.command("show")
@click.argument("account", type=NUMBER)
@as_json
@click.pass_obj
def show_account(obj: dict[str, Any], *, account: int, as_json: bool) -> None:
    """Show ACCOUNT with its quota and what is used of it.

    The quota is what its plan says, and the settings where the plan says nothing: this command must
    be given the server's. Uploads are those of today (UTC), fetches those of this minute; what has
    no limit is not counted.
    """

    async def work(operator: Operator) -> Row:
        ground = operator.ground
        found = await ground.store.view.accounts.get(AccountId(account))
        if found is None:
            raise NotAllowed(f"there is no account {account}")
        quota = build_quota(ground.settings)
        may = await quota(ground.store.view, found.id)
        used = await quota.used(ground.store.view, found.id, at=ground.clock.now())
        return {**row(found), **quota_row(may, used)}

    show_one(at_desk(obj, work), json_form=as_json)


@accounts.command("create")
@click.argument("name")
@click.option("--plan", default="free", show_default=True, help="Name of the plan.")
@click.option("--max-jobs", type=MANY, help="At once; otherwise as the plan says.")
@as_json
@click.pass_obj
def create_account(
    obj: dict[str, Any], *, name: str, plan: str, max_jobs: int | None, as_json: bool
) -> None:
    """Open an account named NAME on a plan; give it a key next, and credits if the plan has none.

    Its months begin now: with each, what is left of monthly credits expires and new ones come.
    """

    async def work(operator: Operator) -> Row:
        on = plan_named(plan)
        most = max_jobs or on.max_jobs
        return row(await operator.create_account(name=name, plan=on.name, max_jobs=most, on=on))

    show_one(at_desk(obj, work), json_form=as_json)


@accounts.command("change")
@click.argument("account", type=NUMBER)
@click.option("--name", help="New name.")
@click.option("--max-jobs", type=MANY, help="New limit of jobs at once.")
@as_json
@click.pass_obj
def change_account(
    obj: dict[str, Any],
    *,
    account: int,
    name: str | None,
    max_jobs: int | None,
    as_json: bool,
) -> None:
    """Change the name or the limit of ACCOUNT."""
    if name is None and max_jobs is None:
        raise click.UsageError("give --name, --max-jobs or both")

    async def work(operator: Operator) -> Row:
        number = AccountId(account)
        return row(await operator.change_account(number, name=name, max_jobs=max_jobs))

    show_one(at_desk(obj, work), json_form=as_json)


@accounts.command("plan")
@click.argument("account", type=NUMBER)
@click.argument("plan")
@as_json
@click.pass_obj
def choose_plan(obj: dict[str, Any], *, account: int, plan: str, as_json: bool) -> None:
    """Put ACCOUNT on PLAN from now on: its monthly credits expire, the plan's come each month.

    Plans: free, essential, scale, business. Bought credits are not touched.
    """

    async def work(operator: Operator) -> Row:
        return row(await operator.choose_plan(AccountId(account), plan_named(plan)))

    show_one(at_desk(obj, work), json_form=as_json)


@accounts.command("share")
@click.argument("account", type=NUMBER)
@click.option(
    "--weight", type=click.FloatRange(0.01, 1000), help="New share of the engines beside others."
)
@click.option(
    "--class", "rank", type=click.Choice(list(Rank)), help="New class, the best it may ask for."
)
@as_json
@click.pass_obj
def share_account(
    obj: dict[str, Any], *, account: int, weight: float | None, rank: str | None, as_json: bool
) -> None:
    """Change ACCOUNT's share of the engines: its weight, and the class of its jobs."""
    if weight is None and rank is None:
        raise click.UsageError("give --weight, --class or both")

    if weight is not None and isnan(weight):
        raise click.BadParameter("nan is no weight")

    async def work(operator: Operator) -> Row:
        number, best = AccountId(account), Rank(rank) if rank else None
        return row(await operator.change_account(number, weight=weight, rank=best))

    show_one(at_desk(obj, work), json_form=as_json)


def quota_row(may: Allowed, used: Used) -> Row:
    """Return what an account may and uses; a quota of None is no limit."""
    limits = {"bytes": may.kept, "uploads": may.uploads, "fetches": may.fetches}
    return {
        "kept_bytes": used.kept,
        "uploads": used.uploads,
        "fetches": used.fetches,
        **{f"quota_{name}": limit.most or None for name, limit in limits.items()},
        "quotas_of_plan": ", ".join(name for name, limit in limits.items() if limit.plan),
    }


def row(account: Account) -> Row:
    """Return an account as a line of a table."""
    return {
        "account": account.id,
        "name": account.name,
        "plan": account.plan,
        "credits": account.balance.total,
        "monthly": account.balance.monthly,
        "package": account.balance.package,
        "active": account.active,
        "max_jobs": account.max_jobs,
        "each_month": account.allowance,
        "renews": account.renews_at,
        "weight": account.weight,
        "class": account.rank.value,
        "created": account.created_at,
    }
