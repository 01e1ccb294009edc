"""`kinora keys`: who opens which account, and what they may do there."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import click

from kinora.bootstrap.ground import Operator
from kinora.cli.desk import (
    MOST_CREDITS,
    NUMBER,
    Row,
    as_json,
    at_desk,
    owner,
    show,
    show_one,
)
from kinora.cli.spans import span
from kinora.domain.account import Key
from kinora.domain.caps import Cap, CapPeriod
from kinora.domain.ids import AccountId, KeyId
from kinora.domain.keys import token_of
from kinora.domain.scopes import USUAL, Rights, Scope

SCOPES = click.Choice([scope.value for scope in Scope])

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
    """Keys: list, create, rotate, cap, revoke."""


@keys.command("list")
@click.option("--account", type=NUMBER, help="Only of this account.")
@as_json
@click.pass_obj
def list_keys(obj: dict[str, Any], *, account: int | None, as_json: bool) -> None:
    """List keys by their first letters; secrets are not kept."""

    async def work(operator: Operator) -> list[Row]:
        whose = await owner(operator, account)
        return [
            {
                "key": key.id,
                "account": key.account,
                "name": key.name,
                "begins": key.prefix + "…",
                "scopes": _told(key),
                **capped(key),
                "created": key.created_at,
                "expires": key.expires_at,
                "used": key.used_at,
                "revoked": key.revoked_at,
            }
            for key in await operator.ground.store.view.keys.list(whose)
        ]

    show(at_desk(obj, work), json_form=as_json, empty="no keys")


@keys.command("create")
@click.option("--account", type=NUMBER, default=1, show_default=True, help="Whose key.")
@click.option("--name", default="", help="What it is for.")
@click.option(
    "--scope",
    "scopes",
    type=SCOPES,
    multiple=True,
    default=sorted(scope.value for scope in USUAL),
    show_default="read and submit",
    help="What it may do; may be given several times.",
)
@click.option("--expires", type=span, help="After how long it ends, such as 30d; never if unset.")
@click.option("--cap", type=click.IntRange(0, MOST_CREDITS), help="Credits that it may spend.")
@cap_period
@as_json
@click.pass_obj
def create_key(  # noqa: PLR0913 - one for each option
    obj: dict[str, Any],
    *,
    account: int,
    name: str,
    scopes: Sequence[str],
    expires: timedelta | None,
    cap: int | None,
    period: str,
    as_json: bool,
) -> None:
    """Make a key; its secret is shown this once.

    The token is the same key as callers of the useapi.net dialect write it.
    """

    async def work(operator: Operator) -> Row:
        end = None if expires is None else operator.ground.clock.now() + expires
        rights = Rights(scopes=frozenset(map(Scope, scopes)), expires_at=end)
        key, secret = await operator.create_key(
            AccountId(account), name=name, may=rights, cap=cap_of(cap, period)
        )
        return _shown(key, secret)

    show_one(at_desk(obj, work), json_form=as_json)


@keys.command("rotate")
@click.argument("key", type=NUMBER)
@click.option(
    "--overlap",
    type=span,
    default="24h",
    show_default=True,
    help="How long the old one still opens the account.",
)
@as_json
@click.pass_obj
def rotate_key(obj: dict[str, Any], *, key: int, overlap: timedelta, as_json: bool) -> None:
    """Make a new key in the place of KEY, with its name, scopes, end and cap."""

    async def work(operator: Operator) -> Row:
        made, secret = await operator.rotate_key(KeyId(key), overlap=overlap)
        old = await operator.ground.store.view.keys.get(KeyId(key))
        return {**_shown(made, secret), "old_ends": old and old.expires_at}

    show_one(at_desk(obj, work), json_form=as_json)


@keys.command("cap")
@click.argument("key", type=NUMBER)
@click.option("--cap", type=click.IntRange(0, MOST_CREDITS), help="Credits that it may spend.")
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
@click.argument("key", type=NUMBER)
@as_json
@click.pass_obj
def revoke_key(obj: dict[str, Any], *, key: int, as_json: bool) -> None:
    """Close KEY for good; it opens nothing from the next request on."""

    async def work(operator: Operator) -> None:
        await operator.revoke_key(KeyId(key))

    at_desk(obj, work)
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


def _shown(key: Key, secret: str) -> Row:
    """Return a new key with its secret."""
    return {
        "key": key.id,
        "account": key.account,
        "name": key.name,
        "scopes": _told(key),
        "expires": key.expires_at,
        "secret": secret,
        "token": token_of(key.account, secret),
        **capped(key),
    }


def _told(key: Key) -> str:
    return " ".join(sorted(key.scopes))
