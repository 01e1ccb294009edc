"""Every result says where it comes from, and a signature tells when somebody changed it."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import av
import pytest
from PIL import Image

from kinora.adapters.provenance.credentials import Credentials, read_credentials
from kinora.adapters.provenance.keys import CHAIN, KEY, ensure_keys
from kinora.adapters.provenance.nothing import NoStamp
from kinora.bootstrap.ground import build_provenance, credentials_wanted
from kinora.domain.ids import JobId
from kinora.ports.provenance import Origin, Provenance
from kinora.settings import BadSettings, Settings, read_settings
from tests.films import film

ORIGIN = Origin(
    job=JobId(77),
    feature="text_to_video",
    engine="studio",
    source_type="algorithmicMedia",
    made=True,
)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    ensure_keys(tmp_path / "keys", now=datetime.now(UTC))
    return tmp_path / "keys"


@pytest.fixture(params=["nothing", "credentials"])
def provenance(request: pytest.FixtureRequest, keys: Path) -> Provenance:
    return NoStamp() if request.param == "nothing" else Credentials(keys, version="1")


def written(folder: Path, mime: str) -> Path:
    if mime == "video/mp4":
        return film(folder / "a.mp4", sound=True)
    path = folder / f"a.{mime.partition('/')[2]}"
    Image.linear_gradient("L").convert("RGB").save(path)
    return path


def decoded(path: Path) -> list[bytes]:
    if path.suffix != ".mp4":
        with Image.open(path) as opened:
            return [opened.tobytes()]
    with av.open(str(path)) as opened:
        return [bytes(packet) for packet in opened.demux() if packet.dts is not None]


@pytest.mark.parametrize("mime", ["video/mp4", "image/png", "image/jpeg", "image/webp"])
async def test_pictures_and_sounds_stay_the_same(
    provenance: Provenance, tmp_path: Path, mime: str
) -> None:
    path = written(tmp_path, mime)
    before = decoded(path)
    await provenance.stamp(path, mime=mime, origin=ORIGIN)
    assert decoded(path) == before
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == [path.name]


@pytest.mark.parametrize("mime", ["video/mp4", "image/png", "image/jpeg", "image/webp"])
async def test_the_manifest_says_what_made_it(keys: Path, tmp_path: Path, mime: str) -> None:
    path = written(tmp_path, mime)
    size = path.stat().st_size
    await Credentials(keys, version="1.2").stamp(path, mime=mime, origin=ORIGIN)
    assert path.stat().st_size - size < 40_000
    told = read_credentials(path)
    assert told is not None
    manifest = told["manifests"][told["active_manifest"]]
    assert manifest["claim_generator_info"][0]["name"] == "Kinora"
    (actions,) = [a["data"]["actions"] for a in manifest["assertions"] if "actions" in a["label"]]
    assert actions[0]["action"] == "c2pa.created"
    assert actions[0]["digitalSourceType"].endswith("/algorithmicMedia")
    faults = {each["code"] for each in told.get("validation_status", [])}
    assert faults <= {"signingCredential.untrusted"}


async def test_a_changed_file_is_told(keys: Path, tmp_path: Path) -> None:
    path = written(tmp_path, "image/jpeg")
    await Credentials(keys, version="1").stamp(path, mime="image/jpeg", origin=ORIGIN)
    body = bytearray(path.read_bytes())
    body[-200] ^= 0x55
    path.write_bytes(bytes(body))
    told = read_credentials(path)
    assert told is not None
    assert "assertion.dataHash.mismatch" in {each["code"] for each in told["validation_status"]}


async def test_what_cannot_be_signed_stays_as_it_is(keys: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"no film at all")
    await Credentials(keys, version="1").stamp(path, mime="video/mp4", origin=ORIGIN)
    assert path.read_bytes() == b"no film at all"
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["a.mp4"]


def test_keys_are_private_and_made_once(keys: Path) -> None:
    before = (keys / KEY).read_text(), (keys / CHAIN).read_text()
    assert stat.S_IMODE((keys / KEY).stat().st_mode) == 0o600
    ensure_keys(keys, now=datetime.now(UTC))
    assert ((keys / KEY).read_text(), (keys / CHAIN).read_text()) == before


def test_settings_choose(tmp_path: Path) -> None:
    assert isinstance(build_provenance(Settings(data=tmp_path, provenance="off")), NoStamp)
    assert credentials_wanted(Settings(provenance="auto"))
    with pytest.raises(BadSettings, match="provenance must be"):
        read_settings({"provenance": "maybe"})


def test_a_file_without_credentials_has_none(tmp_path: Path) -> None:
    assert read_credentials(written(tmp_path, "image/png")) is None
