"""Thousands of spoiled files at the uploads: refused in words, or kept and readable."""

import asyncio
import random
import resource
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import av
import httpx
import numpy as np
import pytest
from av.audio.stream import AudioStream
from PIL import Image

from kinora.adapters.media.gate import AT_ONCE, PATIENCE
from kinora.adapters.media.zygote import MEMORY
from kinora.domain.ids import AssetId
from tests.films import film, sound_wave
from tests.fuzz.answers import Findings, what_is_wrong
from tests.fuzz.house import TOKENS, House, open_house
from tests.fuzz.reader import Reader
from tests.fuzz.scale import FILES, SEED, write_figures
from tests.fuzz.spoiling import spoiled
from tests.wire.world import RICH

STILLS = ("png", "png16", "jpeg", "progressive", "webp", "lossless")
SOUNDS = {"mp3": "mp3", "m4a": "aac", "aac": "aac"}


def seeds(folder: Path) -> dict[str, bytes]:
    """Return a small good file of every kind that is let in."""
    made = {name: path.read_bytes() for name, path in _films(folder).items()}
    for name, codec in SOUNDS.items():
        made[name] = _sound(folder / f"sound.{name}", codec).read_bytes()
    made["wav"] = sound_wave(folder / "sound.wav", seconds=0.5).read_bytes()
    return made | {name: path.read_bytes() for name, path in _stills(folder).items()}


def _films(folder: Path) -> dict[str, Path]:
    return {
        "mp4": film(folder / "film.mp4", sound=True),
        "mov": film(folder / "film.mov"),
        "mkv": film(folder / "film.mkv", sound=True),
        "webm": film(folder / "film.webm", codec="libvpx"),
        "fragments": film(folder / "mpeg4.mp4", codec="mpeg4"),
    }


def _sound(path: Path, codec: str) -> Path:
    with av.open(str(path), "w", format="adts" if path.suffix == ".aac" else None) as out:
        stream = cast(AudioStream, out.add_stream(codec, rate=44_100, layout="stereo"))
        times = np.arange(44_100) / 44_100
        tone = np.tile(np.sin(times * 2765).astype(np.float32) / 4, (2, 1))
        frame = av.AudioFrame.from_ndarray(tone, format="fltp", layout="stereo")
        frame.sample_rate = 44_100
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def _stills(folder: Path) -> dict[str, Path]:
    photo = Image.open(Path(str(files("kinora.cli") / "pictures")) / "coffee.jpg").resize(
        (160, 120)
    )
    paths = {name: folder / f"still.{name}" for name in STILLS}
    photo.convert("RGBA").save(paths["png"], "PNG")
    photo.convert("I;16").save(paths["png16"], "PNG")
    exif = Image.Exif()
    exif[0x0112] = 6
    photo.save(paths["jpeg"], "JPEG", exif=exif)
    photo.save(paths["progressive"], "JPEG", progressive=True)
    photo.save(paths["webp"], "WEBP")
    photo.save(paths["lossless"], "WEBP", lossless=True)
    return paths


@dataclass
class Tally:
    """What became of the files, by kind."""

    kept: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    read: Counter[str] = field(default_factory=Counter)
    why: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


@dataclass
class Sender:
    """Sends spoiled files and has what is kept read."""

    house: House
    originals: dict[str, bytes]
    reader: Reader
    found: Findings = field(default_factory=Findings)
    tally: Tally = field(default_factory=Tally)

    async def pair(self, number: int) -> None:
        """Send as many files at once as the gate judges at once."""
        numbers = range(number, number + AT_ONCE)
        for kept in await asyncio.gather(*(self.one(each) for each in numbers)):
            await self._read(*kept) if kept else None

    async def one(self, number: int) -> tuple[str, str, AssetId] | None:
        """Send one file; return its kind, how it was spoiled, and what it became."""
        chance = random.Random(f"{SEED}:{number}")
        kind = chance.choice(tuple(self.originals))
        other = self.originals[chance.choice(tuple(self.originals))]
        body, how = spoiled(self.originals[kind], other, chance)
        dialect, call = _call(self.house.client, kind, body, chance)
        place = f"{kind}, file {number} of seed {SEED}, {how}"
        began = asyncio.get_running_loop().time()
        answer = await self.house.client.send(call)
        seconds = asyncio.get_running_loop().time() - began
        self.found.note(place, str(answer.status_code), seconds)
        wrong = what_is_wrong(dialect, answer, "")
        if wrong:
            self.found.blame(place, wrong, answer.text[:400])
        return self._noted(kind, place, answer)

    def figures(self) -> dict[str, Any]:
        told, tally, kinds = self.found.figures(), self.tally, sorted(self.originals)
        return {
            "files": told.pop("cases"),
            **told,
            "kept": {kind: tally.kept[kind] for kind in kinds},
            "refused": {kind: tally.refused[kind] for kind in kinds},
            "read_by_the_engine": dict(tally.read),
            "reasons": {kind: dict(tally.why[kind].most_common(6)) for kind in kinds},
        }

    def _noted(
        self, kind: str, place: str, answer: httpx.Response
    ) -> tuple[str, str, AssetId] | None:
        number = _made(answer)
        if number is None:
            self.tally.refused[kind] += 1
            self.tally.why[kind][_words(answer)] += 1
            return None
        self.tally.kept[kind] += 1
        return kind, place, number

    async def _read(self, kind: str, place: str, number: AssetId) -> None:
        ground = self.house.ground
        asset = await ground.store.view.assets.get(number)
        assert asset is not None
        path = await ground.blobs.local(asset.place, folder=ground.settings.data / "work")
        told = await self.reader(asset.kind.value, path)
        verdict = told.partition(":")[0]
        self.tally.read[verdict] += 1
        if verdict in ("raised", "hung", "died"):
            self.found.blame(place, f"kept as {asset.mime}, but the engine's reader: {told}", "")


def _call(
    client: httpx.AsyncClient, kind: str, body: bytes, chance: random.Random
) -> tuple[str, httpx.Request]:
    """Return a way to upload a file, with the right or a wrong name and type."""
    named = {"api-key": RICH}
    ending = kind if chance.random() < 0.7 else chance.choice(("png", "mp4", "exe", "../x", ""))
    whole = (f"a.{ending}", body, chance.choice(("image/png", "video/mp4", "text/html", "x")))
    if chance.random() < 0.4:
        bearer = {"authorization": f"Bearer {TOKENS['rich']}", "content-type": whole[2]}
        return "useapi", client.build_request(
            "POST", "/v2/pixverse/files", content=body, headers=bearer
        )
    still = kind in STILLS
    if chance.random() < 0.05:
        still = not still
    path, name = ("image", "image") if still else ("media", "file")
    url = f"/openapi/v2/{path}/upload"
    return "pixverse", client.build_request("POST", url, files={name: whole}, headers=named)


def _made(answer: httpx.Response) -> AssetId | None:
    body: dict[str, Any] = answer.json()
    told = body.get("Resp") or body
    for name in ("img_id", "media_id"):
        if told.get(name):
            return AssetId(int(told[name]))
    path = next((told[name] for name in ("path", "result") if isinstance(told.get(name), str)), "")
    number = path.rpartition("/")[2].partition(".")[0]
    return AssetId(int(number)) if number.isdigit() else None


def _words(answer: httpx.Response) -> str:
    """Return why a file was refused, without what differs from file to file."""
    body = answer.json()
    said = str(body.get("ErrMsg") or body.get("error"))
    return "".join(" " if letter.isdigit() else letter for letter in said)[:60]


@pytest.mark.slow
async def test_spoiled_files_are_refused_in_words_or_can_be_read(tmp_path: Path) -> None:
    before = _largest()
    originals = seeds(tmp_path)
    async with open_house(tmp_path / "house", seed=SEED) as house:
        sender = Sender(house, originals, Reader())
        for number in range(0, FILES, AT_ONCE):
            await sender.pair(number)
            if number % 100 == 0:
                write_figures("media", sender.figures())
        # What the gate's processes took is known when they have ended.
        await house.ground.gate.close()
        peak = _largest()
        await sender.reader.close()
    found = sender.found
    write_figures("media", sender.figures() | {"peak_megabytes": round(peak / 2**20)})
    if found.wrong:
        pytest.fail(found.told())
    assert found.slowest[0] < PATIENCE + 5
    assert peak == before or peak < MEMORY


def _largest() -> int:
    """Return the most memory that a process begun here, or by one, ever held, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
