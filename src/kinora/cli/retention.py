"""`kinora retention`: how long media is kept."""

from typing import Any

import click

from kinora.bootstrap.ground import Operator
from kinora.catalog.plans import plan_named
from kinora.cli.desk import NUMBER, Row, as_json, at_desk, say, show
from kinora.domain.errors import Invalid
from kinora.domain.ids import AccountId
from kinora.domain.keeping import Keeping, Rule

of_plan = click.option("--plan", help="The accounts of this plan.")
of_account = click.option("--account", help="This account only, by its number.")


@click.group()
def retention() -> None:
    """Retention: list, set, remove, apply."""


@retention.command("list")
@as_json
@click.pass_obj
def list_rules(obj: dict[str, Any], *, as_json: bool) -> None:
    """List how many days media is kept: in general, for plans, for accounts."""

    async def work(operator: Operator) -> list[Row]:
        ground = operator.ground
        rules = [Rule(scope="settings", name="", keeping=ground.settings.keeping)]
        return [row(rule) for rule in (*rules, *await ground.store.view.retention.rules())]

    show(at_desk(obj, work), json_form=as_json, empty="")


@retention.command("set")
@of_plan
@of_account
@click.option("--results", type=int, help="Days that results are kept; 0 is for ever.")
@click.option("--uploads", type=int, help="Days that uploads are kept; 0 is for ever.")
@as_json
@click.pass_obj
def set_rule(
    obj: dict[str, Any],
    *,
    plan: str | None,
    account: str | None,
    results: int | None,
    uploads: int | None,
    as_json: bool,
) -> None:
    """Say how long media that is stored from now on is kept."""

    async def work(operator: Operator) -> Rule:
        scope, name = scope_of(plan, account)
        if plan is not None:
            await _must_be_known(operator, plan)
        keeping = Keeping(results=results, uploads=uploads)
        rule = Rule(scope=scope, name=name, keeping=keeping)
        await operator.set_retention(rule)
        return rule

    kept = at_desk(obj, work)
    told = f"set for {kept.scope} {kept.name}; `kinora retention apply` dates older media"
    say(told, row(kept), json_form=as_json)


@retention.command("remove")
@of_plan
@of_account
@as_json
@click.pass_obj
def remove_rule(
    obj: dict[str, Any], *, plan: str | None, account: str | None, as_json: bool
) -> None:
    """Forget a rule; what it dated keeps its date."""

    async def work(operator: Operator) -> str:
        scope, name = scope_of(plan, account)
        await operator.remove_retention(scope, name)
        return f"{scope} {name}"

    whose = at_desk(obj, work)
    say("removed", {"for": whose, "removed": True}, json_form=as_json)


@retention.command("apply")
@click.option("--account", type=NUMBER, help="This account only.")
@click.confirmation_option(
    prompt="What is older than the rules allow will be deleted within minutes. Go on?"
)
@as_json
@click.pass_obj
def apply_rules(obj: dict[str, Any], *, account: int | None, as_json: bool) -> None:
    """Date what is stored already by today's rules."""

    async def work(operator: Operator) -> int:
        accounts = await operator.ground.store.view.accounts.list()
        wanted = [each.id for each in accounts if account in (None, each.id)]
        if not wanted:
            raise Invalid(f"there is no account {AccountId(account or 0)}")
        return sum([await operator.apply_retention(each) for each in wanted])

    changed = at_desk(obj, work)
    told = f"{changed} now expire at another time than before"
    say(told, {"changed": changed}, json_form=as_json)


async def _must_be_known(operator: Operator, plan: str) -> None:
    """Raise Invalid for a plan that neither the catalogue nor an account has."""
    accounts = await operator.ground.store.view.accounts.list()
    if plan not in {each.plan for each in accounts}:
        plan_named(plan)


def scope_of(plan: str | None, account: str | None) -> tuple[str, str]:
    """Return what a rule is for; raise Invalid unless exactly one is named."""
    if (plan is None) == (account is None):
        raise Invalid("name either a plan or an account")
    return ("plan", plan) if plan is not None else ("account", account or "")


def row(rule: Rule) -> Row:
    """Return a rule as a line of a table."""
    return {
        "for": f"{rule.scope} {rule.name}".strip(),
        "results": days(rule.keeping.results),
        "uploads": days(rule.keeping.uploads),
    }


def days(number: int | None) -> str:
    """Return how long something is kept, in words."""
    if number is None:
        return "as in general"
    return f"{number} days" if number else "for ever"
