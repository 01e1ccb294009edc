"""GET features and GET videos/effects: a plan, and the templates that it can use."""

from dataclasses import dataclass

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kinora.apis.useapi.answers import Effect, Effects
from kinora.apis.useapi.desk import Desk, good, whole
from kinora.apis.useapi.offer import Offer
from kinora.catalog.templates import Template
from kinora.domain.account import Account
from kinora.domain.lane import Lane

MOST = 1000
DEEPEST = 2**53


class Features(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan has; what only a shop has is empty. Switches are 0 and 1."""

    user_id: int
    member_id: int
    product_id: int = 0
    plan_name: str
    next_plan_name: str
    next_plan_type: int = 0
    current_plan_type: int = 0
    type: int = 0
    credit_daily: int = 0
    credit_daily_gift: int = 0
    initial_credit_gift: int = 0
    credit_monthly: int
    credit_monthly_gift: int = 0
    credit_package: int
    expired_date: str = ""
    price: str = "0"
    billing_period: int = 0
    next_billing_period: int = 0
    billing_renewal_date: str = ""
    payment: int = 0
    invoice_url: str = ""
    stripe_bill_url: str = ""
    gen_simultaneously: int
    allow_fast_mode: int = 1
    allow_relaxed_mode: int = 0
    allow_use_new_feat: int = 1
    allow_private_generate: int = 1
    remove_watermark: int = 1
    allow_purchase_credit: int = 0
    sub_order_in_progress: int = 0
    allow_effect: int = 1


def features_of(account: Account, lane: Lane) -> Features:
    """Return what an account can do on a lane."""
    return Features(
        user_id=account.id,
        member_id=account.id,
        plan_name=account.plan,
        next_plan_name=account.plan,
        credit_monthly=account.balance.monthly,
        credit_package=account.balance.package,
        gen_simultaneously=lane.max_jobs,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """Lists templates of both types."""

    desk: Desk
    offer: Offer

    async def effects(self, request: Request) -> Response:
        """GET videos/effects."""
        await self.desk.lane(request, await self.desk.caller(request))
        limit = whole(request, "limit", default=MOST, least=1, most=MOST)
        offset = whole(request, "offset", default=0, least=0, most=DEEPEST)
        base = self.desk.base(request)
        shown = self.offer.active[offset : offset + limit]
        return good(Effects([effect_of(template, base=base) for template in shown]))


def effect_of(template: Template, *, base: str) -> Effect:
    """Describe a template; `effect_type` is how many pictures it takes, as text."""
    film = template.kind == "video"
    place = f"{base}/media/templates/{template.shown_as}" if template.shown_as else ""
    return Effect(
        template_id=template.id,
        display_name=template.display_name,
        workflow_tag="",
        display_prompt=template.display_prompt,
        effect_type=str(template.images),
        template_type=1 if film else 2,
        template_model="",
        template_paid=0,
        supported_features=[],
        duration=template.seconds,
        qualities=list(template.qualities) if film else [],
        score=0,
        hot_count=0,
        video_base_cost=0,
        fixed_cost=template.price(template.qualities[0] if film else ""),
        thumbnail_path=f"{place}.jpg" if place else "",
        thumbnail_video_path=f"{place}.mp4" if place and film else "",
    )
