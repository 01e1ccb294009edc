"""`kinora reviews`: what moderation refused, and what it wants a person to look at."""

from typing import Any

import click

from kinora.bootstrap.ground import Operator
from kinora.cli.desk import MANY, NUMBER, Row, as_json, at_desk, show, show_one
from kinora.domain.moderation import Review


@click.group()
def reviews() -> None:
    """Moderation: list, allow, refuse."""


@reviews.command("list")
@click.option("--all", "everything", is_flag=True, help="Also what was decided already.")
@click.option("--newest", type=MANY, default=50, show_default=True, help="How many.")
@as_json
@click.pass_obj
def list_reviews(obj: dict[str, Any], *, everything: bool, newest: int, as_json: bool) -> None:
    """List what waits for a decision."""

    async def work(operator: Operator) -> list[Row]:
        notes = operator.ground.store.view.reviews
        found = await (notes.newest if everything else notes.waiting)(at_most=newest)
        return [row(review) for review in found]

    show(at_desk(obj, work), json_form=as_json, empty="nothing waits")


@reviews.command("allow")
@click.argument("review", type=NUMBER)
@as_json
@click.pass_obj
def allow_review(obj: dict[str, Any], *, review: int, as_json: bool) -> None:
    """Let the job of REVIEW pass."""

    async def work(operator: Operator) -> Row:
        return row(await operator.settle_review(review, allow=True))

    show_one(at_desk(obj, work), json_form=as_json)


@reviews.command("refuse")
@click.argument("review", type=NUMBER)
@as_json
@click.pass_obj
def refuse_review(obj: dict[str, Any], *, review: int, as_json: bool) -> None:
    """Refuse the job of REVIEW: under way it ends and is paid back; done, its file is deleted."""

    async def work(operator: Operator) -> Row:
        return row(await operator.settle_review(review, allow=False))

    show_one(at_desk(obj, work), json_form=as_json)


def row(review: Review) -> Row:
    """Return a note as a line of a table."""
    return {
        "review": review.id,
        "account": review.account,
        "job": review.job,
        "verdict": review.verdict.value,
        "category": review.category,
        "matched": review.matched,
        "at": review.at,
        "outcome": review.outcome,
    }
