"""A mimic's media are looked at before it is accepted: once, by their owner, and never for long."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from PIL import Image

from kinora.adapters.media.eyes import GuardedEyes
from kinora.bootstrap.ground import EYES, Ground
from kinora.catalog.book import load
from kinora.domain.asset import AssetKind
from kinora.domain.errors import NoPerson, NoSubject
from kinora.domain.ids import AccountId, AssetId
from kinora.domain.moderation import Decision, Verdict
from kinora.domain.order import Mimic, Order
from kinora.ports.media import NOT_TOLD, Seen
from kinora.usecases.look_at_mimic import LookAtMimic, Verdicts
from kinora.usecases.submit_job import Repeat, SubmitJob
from tests.assets import asset as asset_on_paper
from tests.films import film, still_film

ADA, BOB = AccountId(1), AccountId(2)
PATIENCE = 60.0
"""A machine that is busy with tests may take longer than a caller would wait."""


@dataclass
class Remembering:
    """Eyes that say what they are told to, and remember what they looked at."""

    says: Seen
    looked: list[tuple[bool, bool]] = field(default_factory=list)

    async def look(self, *, picture: Path | None, film: Path | None) -> Seen:
        self.looked.append((picture is not None, film is not None))
        return Seen(
            subject=self.says.subject if picture else None,
            person=self.says.person if film else None,
        )


async def kept(ground: Ground, kind: AssetKind) -> AssetId:
    number = ground.mint.id()
    name = f"given/00/{number}.bin"
    paper = asset_on_paper(640, 360, 4.0 if kind is AssetKind.VIDEO else 0.0, number)
    source = ground.settings.data / "tmp" / str(number)
    source.write_bytes(b"-")
    await ground.blobs.adopt(source, name=name)
    async with ground.store.transaction() as tx:
        await tx.assets.add(replace(paper, account=ADA, kind=kind, blob=name))
    return AssetId(number)


async def mimic(ground: Ground) -> Mimic:
    film_id = await kept(ground, AssetKind.VIDEO)
    return Mimic(film=film_id, image=await kept(ground, AssetKind.IMAGE))


def looking(ground: Ground, eyes: Remembering | GuardedEyes) -> LookAtMimic:
    folder = ground.settings.data / "tmp"
    return LookAtMimic(store=ground.store, blobs=ground.blobs, eyes=eyes, folder=folder)


@pytest.mark.parametrize(
    ("says", "raised"),
    [
        (Seen(subject=False, person=True), NoSubject),
        (Seen(subject=True, person=False), NoPerson),
    ],
)
async def test_what_is_not_fit_is_refused_and_looked_at_once(
    ground: Ground, says: Seen, raised: type[Exception]
) -> None:
    eyes = Remembering(says)
    look, ask = looking(ground, eyes), await mimic(ground)
    for _ in range(2):
        with pytest.raises(raised):
            await look(ask, ADA)
    assert eyes.looked == [(True, True)]


async def test_a_known_film_is_not_looked_at_with_a_new_picture(ground: Ground) -> None:
    eyes = Remembering(Seen(subject=True, person=True))
    look, ask = looking(ground, eyes), await mimic(ground)
    await look(ask, ADA)
    await look(replace(ask, image=await kept(ground, AssetKind.IMAGE)), ADA)
    assert eyes.looked == [(True, True), (True, False)]


async def test_what_was_not_told_in_time_passes_and_is_looked_at_again(ground: Ground) -> None:
    eyes = Remembering(NOT_TOLD)
    look, ask = looking(ground, eyes), await mimic(ground)
    await look(ask, ADA)
    await look(ask, ADA)
    assert len(eyes.looked) == 2


async def test_media_of_another_account_are_not_looked_at(ground: Ground) -> None:
    eyes = Remembering(Seen(subject=False, person=False))
    await looking(ground, eyes)(await mimic(ground), BOB)
    assert eyes.looked == []


async def test_a_submit_that_comes_again_is_not_looked_at_again(ground: Ground) -> None:
    async def allow(order: Order) -> Decision:
        return Decision(verdict=Verdict.ALLOW)

    eyes = Remembering(NOT_TOLD)
    submit = SubmitJob(
        store=ground.store,
        catalog=load(),
        clock=ground.clock,
        mint=ground.mint,
        wake=lambda: None,
        judge=allow,
        look=looking(ground, eyes),
    )
    order = Order(account=ADA, ask=await mimic(ground), model="studio", quality="540p")
    repeat = Repeat(scope="a", key="b", digest="c")
    first = await submit(order, repeat=repeat)
    eyes.says = Seen(subject=False, person=False)
    assert (await submit(order, repeat=repeat)).id == first.id
    with pytest.raises(NoSubject):
        await submit(order)


def test_old_verdicts_make_room() -> None:
    verdicts = Verdicts(most=2)
    for number in range(3):
        verdicts.keep(AssetId(number), fit=True)
    assert [verdicts.of(AssetId(number)) for number in range(3)] == [None, True, True]


async def test_the_guarded_eyes_tell_what_media_show(tmp_path: Path, photos: Path) -> None:
    eyes = GuardedEyes(EYES, patience=PATIENCE)
    plain = tmp_path / "plain.png"
    Image.new("RGB", (300, 200), (140, 140, 140)).save(plain)
    person = still_film(tmp_path / "person.mp4", photos / "astronaut.jpg")
    assert await eyes.look(picture=photos / "cat.jpg", film=person) == Seen(
        subject=True, person=True
    )
    nobody = film(tmp_path / "nobody.mp4", size=(320, 240))
    assert await eyes.look(picture=plain, film=nobody) == Seen(subject=False, person=False)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(person.read_bytes()[:1500])
    assert await eyes.look(picture=broken, film=broken) == NOT_TOLD
    await eyes.close()


async def test_eyes_that_take_too_long_tell_nothing(photos: Path) -> None:
    eyes = GuardedEyes(EYES, patience=0.0)
    assert await eyes.look(picture=photos / "cat.jpg", film=None) == NOT_TOLD
    await eyes.close()
