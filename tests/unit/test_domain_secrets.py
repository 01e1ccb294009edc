"""Ids, keys and the signatures of media links."""

import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from kinora.adapters.clock import RandomMint
from kinora.apis.pixverse.fields import read_id
from kinora.bootstrap.ground import Ground, build_operator
from kinora.domain.errors import Invalid, NotAllowed, Unauthorised
from kinora.domain.ids import MAX_ID, AccountId, AssetId
from kinora.domain.keys import PREFIX, Pepper, shown_part
from kinora.domain.scopes import Call, Scope
from kinora.domain.seals import derived
from kinora.usecases.open_account import OpenAccount
from kinora.web.links import Links, Verdict
from tests.assets import asset

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 28, tzinfo=UTC)
"""Seven days after NOON, rounded up to a whole day."""


@pytest.mark.parametrize("value", [None, "", 0, "0", "000"])
def test_no_id_at_all(value: Any) -> None:
    assert read_id(value) is None


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (1, 1),
        ("1", 1),
        ("007", 7),
        (MAX_ID, MAX_ID),
        (str(MAX_ID), MAX_ID),
        (MAX_ID + 1, MAX_ID),
        (2**64, MAX_ID),
        pytest.param("9" * 5000, MAX_ID, id="nines"),
        (2**4000, MAX_ID),
        (-1, MAX_ID),
        (-(2**63), MAX_ID),
    ],
)
def test_ids_are_read_and_never_leave_the_range(value: Any, found: int) -> None:
    assert read_id(value) == found


@pytest.mark.parametrize(
    "value",
    [True, False, 1.5, 0.5, [], [1], {}, b"1", "x", "1.0", "-1", "+1", " 1", "1 ", "1_0",
     "0x1f", "1e3", "١٢٣", "\uff11\uff12", "²", "1\n", "\x00", "NaN"],
)  # fmt: skip
def test_garbage_is_no_id(value: Any) -> None:
    with pytest.raises(PydanticCustomError, match="an integer"):
        read_id(value)


@given(st.text(max_size=30))
def test_any_text_is_an_id_none_or_refused(text: str) -> None:
    try:
        found = read_id(text)
    except PydanticCustomError:
        assert not (text.isascii() and text.isdigit())
    else:
        assert found is None or 0 < found <= MAX_ID


def test_minted_ids_rise_and_fit_javascript() -> None:
    for worker in (0, 7):
        mint = RandomMint(worker=worker, floor=0)
        minted = [mint.id() for _ in range(5000)]
        assert minted == sorted(set(minted))
        assert all(0 < number < 2**53 for number in minted)
        assert {number // 512 % 8 for number in minted} == {worker}


def test_processes_never_mint_the_same_id() -> None:
    minted: list[int] = []

    def run(mint: RandomMint) -> None:
        minted.extend(mint.id() for _ in range(2000))

    threads = [
        threading.Thread(target=run, args=[RandomMint(worker=worker, floor=0)])
        for worker in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(minted)) == len(minted) == 16_000


@given(st.integers(0, MAX_ID // 2), st.integers(0, 7))
def test_ids_are_above_what_is_stored_even_after_the_clock_stepped_back(
    ahead: int, worker: int
) -> None:
    floor = MAX_ID // 4 + ahead
    assert floor < RandomMint(worker=worker, floor=floor).id() <= MAX_ID


@pytest.mark.parametrize("worker", [-1, 8])
def test_there_are_eight_workers(worker: int) -> None:
    with pytest.raises(ValueError, match="0 to 7"):
        RandomMint(worker=worker, floor=0)


@given(st.text(max_size=200), st.text(max_size=200))
def test_digests_tell_keys_and_houses_apart(one: str, other: str) -> None:
    pepper, salt = Pepper(b"p" * 32), Pepper(b"q" * 32)
    assert len(pepper.digest(one)) == 32
    assert pepper.digest(one) == Pepper(b"p" * 32).digest(one)
    assert (pepper.digest(one) == pepper.digest(other)) == (one == other)
    assert pepper.digest(one) != salt.digest(one)


def test_a_pepper_never_shows_itself() -> None:
    assert "pppp" not in repr(Pepper(b"p" * 32))
    assert shown_part("sk-0123456789") == "sk-01234"


def test_derived_secrets_tell_nothing_of_each_other() -> None:
    made = {derived(secret, purpose) for secret in (b"a", b"b") for purpose in ("keys", "links")}
    assert len(made) == 4
    assert {len(secret) for secret in made} == {32}


async def test_a_key_opens_its_account_until_it_is_revoked(ground: Ground) -> None:
    operator = build_operator(ground)
    ada = await operator.create_account(name="ada", plan="test", max_jobs=1)
    key, secret = await operator.create_key(ada.id, name="laptop")
    assert secret.startswith(PREFIX)
    assert len(secret) > 40
    assert secret != (await operator.create_key(ada.id, name="phone"))[1]
    open_account = partial(
        OpenAccount(store=ground.store, pepper=ground.pepper, clock=ground.clock),
        call=Call(needs=Scope.READ),
    )
    opened = await open_account(secret)
    assert (opened.id, opened.key) == (ada.id, key.id)
    for wrong in ("", " ", secret[:-1], secret + "x", secret.swapcase(), " " + secret, "ключ"):
        with pytest.raises(Unauthorised):
            await open_account(wrong)
    database = b"".join(path.read_bytes() for path in ground.settings.data.glob("kinora.sqlite3*"))
    assert secret.encode() not in database
    async with ground.store.transaction() as tx:
        assert await tx.keys.revoke(key.id, at=NOON)
        assert not await tx.keys.revoke(key.id, at=NOON)
    with pytest.raises(Unauthorised):
        await open_account(secret)
    with pytest.raises(NotAllowed):
        await operator.create_key(AccountId(99), name="nobody")


async def test_a_secret_opens_one_account_only(ground: Ground) -> None:
    operator = build_operator(ground)
    ada = await operator.create_account(name="ada", plan="test", max_jobs=1)
    bob = await operator.create_account(name="bob", plan="test", max_jobs=1)
    await operator.create_key(ada.id, name="a", secret="sk-one-secret-for-two")
    with pytest.raises(Invalid, match="exists already"):
        await operator.create_key(bob.id, name="b", secret="sk-one-secret-for-two")


@dataclass
class Hand:
    """A clock set by hand."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at


@dataclass
class Post:
    """Links of one house, at a time that can be set."""

    hand: Hand = field(default_factory=Hand)

    @property
    def links(self) -> Links:
        return Links(secret=b"s" * 32, clock=self.hand)


PICTURE = asset(300, 200)


def token_of(path: str) -> str:
    return path.split("/")[3]


def test_a_link_is_good_to_its_last_moment() -> None:
    post = Post()
    token = token_of(post.links.path(PICTURE))
    assert int(token.partition(".")[0]) == MIDNIGHT.timestamp()
    for moment, verdict in (
        (NOON, Verdict.GOOD),
        (MIDNIGHT - timedelta(microseconds=1000), Verdict.GOOD),
        (MIDNIGHT, Verdict.EXPIRED),
        (MIDNIGHT + timedelta(days=4000), Verdict.EXPIRED),
    ):
        post.hand.at = moment
        assert post.links.judge(PICTURE.id, token) is verdict


def test_a_link_stays_the_same_for_a_day() -> None:
    post = Post()
    first = post.links.path(PICTURE)
    post.hand.at = NOON + timedelta(hours=11)
    assert post.links.path(PICTURE) == first
    post.hand.at = NOON + timedelta(hours=13)
    assert post.links.path(PICTURE) != first


@given(st.data())
def test_any_change_makes_a_forgery(data: st.DataObject) -> None:
    token = token_of(Post().links.path(PICTURE))
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.characters(codec="utf-8").filter(lambda new: new != token[place]))
    changed = token[:place] + letter + token[place + 1 :]
    for forged in (changed, token[:place], token + letter):
        assert Post().links.judge(PICTURE.id, forged) is Verdict.FORGED


@given(st.text(max_size=60))
def test_no_text_opens_a_link(text: str) -> None:
    assert Post().links.judge(PICTURE.id, text) is Verdict.FORGED


def test_a_token_opens_one_asset_of_one_house() -> None:
    post = Post()
    token = token_of(post.links.path(PICTURE))
    expiry, _, signature = token.partition(".")
    later = f"{int(expiry) + 86_400}.{signature}"
    assert post.links.judge(PICTURE.id, later) is Verdict.FORGED
    # The number and the expiry are one text under the signature: no digit may move between them.
    assert post.links.judge(AssetId(11), f"{expiry}.{signature}") is Verdict.FORGED
    other = replace(post.links, secret=b"t" * 32)
    assert other.judge(PICTURE.id, token) is Verdict.FORGED


def test_a_link_quotes_its_name() -> None:
    odd = replace(PICTURE, filename="a b/../?#ж.jpg")
    path = Post().links.path(odd)
    assert path.isascii()
    assert not {" ", "?", "#"} & set(path)
