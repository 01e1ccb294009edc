"""`kinora keys`: who opens which account."""

from typing import Any

import click

from kinora.bootstrap.ground import Operator
from kinora.cli.desk import Row, as_json, at_desk, show, show_one
from kinora.domain.account import Key
from kinora.domain.caps import Cap, CapPeriod
from kinora.domain.ids import AccountId, KeyId
from kinora.domain.keys import token_of

PERIODS = [period.value for period in CapPeriod]
cap_period = click.option(
    "--cap-period",
    "period",
    type=click.Choice(PERIODS),
    default="total",
    show_default=True,
    help="For how long a cap counts; days and months are those of UTC.",
)


@click.group()
def keys() -> None:
    """Keys: list, create, cap, revoke."""


@keys.command("list")
@click.option("--account", type=int, help="Only of this account.")
@as_json
@click.pass_obj
def list_keys(obj: dict[str, Any], *, account: int | None, as_json: bool) -> None:
    """List keys by their first letters; secrets are not kept."""

    async def work(operator: Operator) -> list[Row]:
        owner = AccountId(account) if account else None
        return [
            {
                "key": key.id,
                "account": key.account,
                "name": key.name,
                "begins": key.prefix + "…",
                **capped(key),
                "created": key.created_at,
                "revoked": key.revoked_at,
            }
            for key in await operator.ground.store.view.keys.list(owner)
        ]

    show(at_desk(obj, work), json_form=as_json, empty="no keys")


@keys.command("create")
@click.option("--account", type=int, default=1, show_default=True, help="Whose key.")
@click.option("--name", default="", help="What it is for.")
@click.option("--cap", type=click.IntRange(0), help="Credits that it may spend.")
@cap_period
@as_json
@click.pass_obj
def create_key(
    obj: dict[str, Any], *, account: int, name: str, cap: int | None, period: str, as_json: bool
) -> None:
    """Make a key; its secret is shown this once.

    The token is the same key as callers of the useapi.net dialect write it.
    """

    async def work(operator: Operator) -> Row:
        key, secret = await operator.create_key(
            AccountId(account), name=name, cap=cap_of(cap, period)
        )
        return {
            "key": key.id,
            "account": key.account,
            "name": key.name,
            "secret": secret,
            "token": token_of(key.account, secret),
            **capped(key),
        }

    show_one(at_desk(obj, work), json_form=as_json)


@keys.command("cap")
@click.argument("key", type=int)
@click.option("--cap", type=click.IntRange(0), help="Credits that it may spend.")
@cap_period
@click.option("--none", "no_cap", is_flag=True, help="No cap any more.")
@as_json
@click.pass_obj
def cap_key(
    obj: dict[str, Any], *, key: int, cap: int | None, period: str, no_cap: bool, as_json: bool
) -> None:
    """Change how much KEY may spend; what it has spent in the period so far counts."""
    if (cap is None) != no_cap:
        raise click.UsageError("give either --cap CREDITS or --none")

    async def work(operator: Operator) -> Row:
        found = await operator.cap_key(KeyId(key), cap_of(cap, period))
        return {"key": found.id, "account": found.account, **capped(found)}

    show_one(at_desk(obj, work), json_form=as_json)


@keys.command("revoke")
@click.argument("key", type=int)
@as_json
@click.pass_obj
def revoke_key(obj: dict[str, Any], *, key: int, as_json: bool) -> None:
    """Close KEY for good; it opens nothing from the next request on."""

    async def work(operator: Operator) -> bool:
        async with operator.ground.store.transaction() as tx:
            return await tx.keys.revoke(KeyId(key), at=operator.ground.clock.now())

    if not at_desk(obj, work):
        raise click.ClickException(f"there is no open key {key}")
    show_one({"key": key, "revoked": True}, json_form=as_json)


def cap_of(credits_: int | None, period: str) -> Cap | None:
    """Return the cap that was asked for."""
    return None if credits_ is None else Cap(credits=credits_, period=CapPeriod(period))


def capped(key: Key) -> Row:
    """Return the columns that tell of a key's cap."""
    if key.cap is None:
        return {"cap": None, "cap_period": None, "spent": None}
    cap = key.cap
    return {"cap": cap.credits, "cap_period": cap.period.value, "spent": cap.spent}
