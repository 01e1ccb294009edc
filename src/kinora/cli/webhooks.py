"""`kinora webhooks`: who hears what happens to jobs."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from kinora.bootstrap.ground import Operator
from kinora.bootstrap.webhooks import build_webhooks
from kinora.cli.desk import MANY, NUMBER, Row, as_json, at_desk, owner, settings_of, show, show_one
from kinora.domain.fact import FactKind
from kinora.domain.ids import AccountId, DeliveryId, EndpointId
from kinora.domain.webhook import Delivery, Endpoint, Form, Try
from kinora.ports.webhooks import ReplayAsk
from kinora.usecases.keep_endpoints import Wanted

FORMS = [form.value for form in Form]
KINDS = [kind.value for kind in FactKind]
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@click.group()
def webhooks() -> None:
    """Webhooks: add, list, test, log, replay, rotate, enable, disable, remove."""


@webhooks.command("add")
@click.argument("url")
@click.option(
    "--form",
    type=click.Choice(FORMS),
    default="standard",
    show_default=True,
)
@click.option(
    "--account", type=NUMBER, default=1, show_default=True, help="Whose jobs it hears of."
)
@click.option(
    "--want",
    multiple=True,
    type=click.Choice(KINDS),
    help="Only these kinds; repeatable.",
)
@click.option(
    "--every-job/--named-only",
    default=None,
    help="Every job (default for standard), or those that send webhook_id (for pixverse).",
)
@click.option("--note", default="", help="What it is for.")
@as_json
@click.pass_obj
def add_webhook(obj: dict[str, Any], /, *, as_json: bool, **given: Any) -> None:
    """Let URL hear of jobs; its secret is shown this once."""
    settings = settings_of(obj)

    async def work(operator: Operator) -> Row:
        wanted = Wanted(
            form=Form(given["form"]),
            url=given["url"],
            base=settings.public_url or settings.address(settings.port),
            wants=frozenset(FactKind(kind) for kind in given["want"]),
            every_job=given["every_job"],
            note=given["note"],
        )
        add = build_webhooks(operator.ground).add
        endpoint, secret = await add(wanted, account=AccountId(given["account"]), by=operator.by)
        return {**row(endpoint), "secret": secret}

    show_one(at_desk(obj, work), json_form=as_json)


@webhooks.command("list")
@click.option("--account", type=NUMBER, help="Only of this account.")
@as_json
@click.pass_obj
def list_webhooks(obj: dict[str, Any], *, account: int | None, as_json: bool) -> None:
    """List webhooks; secrets are not shown again."""

    async def work(operator: Operator) -> list[Row]:
        whose = await owner(operator, account)
        return [row(each) for each in await operator.ground.store.view.endpoints.of_account(whose)]

    show(at_desk(obj, work), json_form=as_json, empty="no webhooks")


@webhooks.command("remove")
@click.argument("webhook", type=NUMBER)
@as_json
@click.pass_obj
def remove_webhook(obj: dict[str, Any], *, webhook: int, as_json: bool) -> None:
    """Forget WEBHOOK, what waits for it, and its log."""

    async def work(operator: Operator) -> None:
        await build_webhooks(operator.ground).remove(
            EndpointId(webhook), account=None, by=operator.by
        )

    at_desk(obj, work)
    show_one({"webhook": webhook, "removed": True}, json_form=as_json)


@webhooks.command("rotate")
@click.argument("webhook", type=NUMBER)
@click.option("--at-once", is_flag=True, help="The former secret got out: it is worth nothing now.")
@as_json
@click.pass_obj
def rotate_webhook(obj: dict[str, Any], *, webhook: int, at_once: bool, as_json: bool) -> None:
    """Give WEBHOOK a new secret, shown this once; the former one stays good for 24 hours."""

    async def work(operator: Operator) -> Row:
        rotate = build_webhooks(operator.ground).rotate
        verb = rotate.at_once if at_once else rotate.gently
        endpoint, secret = await verb(EndpointId(webhook), account=None, by=operator.by)
        return {
            "webhook": endpoint.id,
            "secret": secret,
            "former_good_until": endpoint.former_until,
        }

    show_one(at_desk(obj, work), json_form=as_json)


@webhooks.command("enable")
@click.argument("webhook", type=NUMBER)
@as_json
@click.pass_obj
def enable_webhook(obj: dict[str, Any], *, webhook: int, as_json: bool) -> None:
    """Switch WEBHOOK on; what it missed can be replayed."""
    _switch(
        obj,
        lambda operator: build_webhooks(operator.ground).switch.on(
            EndpointId(webhook), account=None, by=operator.by
        ),
        json_form=as_json,
    )


@webhooks.command("disable")
@click.argument("webhook", type=NUMBER)
@as_json
@click.pass_obj
def disable_webhook(obj: dict[str, Any], *, webhook: int, as_json: bool) -> None:
    """Switch WEBHOOK off; what happens then is kept as missed."""
    _switch(
        obj,
        lambda operator: build_webhooks(operator.ground).switch.off(
            EndpointId(webhook),
            account=None,
            why="it was switched off by the operator",
            by=operator.by,
        ),
        json_form=as_json,
    )


@webhooks.command("test")
@click.argument("webhook", type=NUMBER)
@as_json
@click.pass_obj
def test_webhook(obj: dict[str, Any], *, webhook: int, as_json: bool) -> None:
    """Post a signed sample to WEBHOOK now; the exit status is 1 when it is not taken."""

    async def work(operator: Operator) -> Row:
        answer = await build_webhooks(operator.ground).test(
            EndpointId(webhook), account=None, by=operator.by
        )
        return {
            "taken": answer.taken,
            "status": answer.status,
            "millis": answer.millis,
            "error": answer.error,
            "answer": answer.text,
        }

    told = at_desk(obj, work)
    show_one(told, json_form=as_json)
    if not told["taken"]:
        raise SystemExit(1)


@webhooks.command("log")
@click.argument("webhook", type=NUMBER)
@click.option("--newest", type=MANY, default=20, show_default=True, help="How many deliveries.")
@as_json
@click.pass_obj
def show_log(obj: dict[str, Any], *, webhook: int, newest: int, as_json: bool) -> None:
    """Show the newest deliveries to WEBHOOK, a line for each try."""

    async def work(operator: Operator) -> list[Row]:
        view, number = operator.ground.store.view.deliveries, EndpointId(webhook)
        await build_webhooks(operator.ground).find(number, account=None)
        rows: list[Row] = []
        for delivery in await view.list(number, newest=newest):
            tries = await view.tries(delivery.id)
            rows += [log_row(delivery, each) for each in tries] or [log_row(delivery, None)]
        return rows

    show(at_desk(obj, work), json_form=as_json, empty="nothing was told yet")


@webhooks.command("replay")
@click.argument("webhook", type=NUMBER)
@click.option("--delivery", type=NUMBER, help="Only this one.")
@click.option("--since", help="From then on: 90m, 24h, 7d ago, or 2026-11-28T12:00:00Z.")
@click.option("--until", help="Until then (default: now).")
@click.option("--taken", is_flag=True, help="Also what the receiver took.")
@as_json
@click.pass_obj
def replay(obj: dict[str, Any], /, *, webhook: int, as_json: bool, **given: Any) -> None:
    """Tell WEBHOOK again what it missed or refused, under the same names."""
    if (given["delivery"] is None) == (given["since"] is None):
        raise click.UsageError("give either --delivery or --since (and --until)")

    async def work(operator: Operator) -> Row:
        verb, number = build_webhooks(operator.ground).replay, EndpointId(webhook)
        if given["delivery"] is not None:
            delivery = DeliveryId(given["delivery"])
            many = await verb.one(delivery, endpoint=number, account=None, by=operator.by)
            return {"replayed": many}
        now = operator.ground.clock.now()
        asked = ReplayAsk(
            since=moment_of(given["since"], now=now),
            until=moment_of(given["until"] or "0m", now=now),
            taken=given["taken"],
        )
        many = await verb.span(asked, endpoint=number, account=None, by=operator.by)
        return {"replayed": many}

    show_one(at_desk(obj, work), json_form=as_json)


def moment_of(text: str, *, now: datetime) -> datetime:
    """Read a time: so long ago, or a point in time."""
    number, unit = text[:-1], text[-1:]
    if number.isascii() and number.isdigit() and unit in UNITS:
        return now - timedelta(**{UNITS[unit]: min(int(number), 10_000)})
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(
            f"{text!r} is no time; write 90m, 24h, 7d or 2026-11-28T12:00:00Z"
        ) from None
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def row(endpoint: Endpoint) -> Row:
    """Return an endpoint as a line of a table."""
    return {
        "webhook": endpoint.id,
        "account": endpoint.account,
        "form": endpoint.form.value,
        "url": endpoint.url,
        "hears": ", ".join(kind.removeprefix("job.") for kind in sorted(endpoint.wants)),
        "of": "every job" if endpoint.every_job else "jobs that name it",
        "on": endpoint.enabled,
        "why_off": endpoint.why_off,
        "failures": endpoint.breaker.failures,
        "rests_until": endpoint.breaker.open_until,
        "note": endpoint.note,
        "created": endpoint.created_at,
    }


def log_row(delivery: Delivery, tried: Try | None) -> Row:
    """Return a try, or that there was none yet, as a line of a table."""
    return {
        "delivery": delivery.id,
        "job": delivery.job,
        "kind": delivery.kind.value,
        "state": delivery.state.value,
        "at": tried.at if tried else delivery.happened_at,
        "status": tried.status if tried else None,
        "millis": tried.millis if tried else None,
        "error": tried.error if tried else "not tried yet",
    }


def _switch(
    obj: dict[str, Any], verb: Callable[[Operator], Awaitable[Endpoint]], *, json_form: bool
) -> None:
    async def work(operator: Operator) -> Row:
        return row(await verb(operator))

    show_one(at_desk(obj, work), json_form=json_form)
