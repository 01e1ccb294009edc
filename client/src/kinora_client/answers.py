"""What a server answers, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kinora_client.errors import KinoraRefused

Json = Mapping[str, Any]
RUNNING = 5
DONE = 1


@dataclass(frozen=True, slots=True)
class Balance:
    """Credits left on an account."""

    account_id: int
    monthly: int
    package: int

    @property
    def total(self) -> int:
        """All credits that can be spent now."""
        return self.monthly + self.package


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A picture that the server keeps."""

    id: int
    url: str


@dataclass(frozen=True, slots=True)
class UploadedMedia:
    """A film or sound that the server keeps; `kind` is `video` or `audio`."""

    id: int
    kind: str
    url: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """An accepted job; `kind` is `video` or `image`."""

    kind: str
    id: int
    credits: int


@dataclass(frozen=True, slots=True)
class Result:
    """A job as it stands. `progress` goes from 0 to 1; `url` is empty until it is done."""

    kind: str
    id: int
    status: int
    progress: float
    url: str
    width: int
    height: int
    size: int
    seed: int
    credits: int
    reason: str

    @property
    def done(self) -> bool:
        """Whether there is a file to download."""
        return self.status == DONE

    @property
    def running(self) -> bool:
        """Whether it waits or runs."""
        return self.status == RUNNING


@dataclass(frozen=True, slots=True)
class Template:
    """An effect that can be played on a picture."""

    id: int
    name: str
    prompt: str


def open_envelope(body: Json) -> Any:
    """Return what an answer holds; raise KinoraRefused when it is a refusal."""
    code = int(body.get("ErrCode", -1))
    if code != 0:
        raise KinoraRefused(code, str(body.get("ErrMsg", "no message")))
    return body["Resp"]


def balance(resp: Json) -> Balance:
    """Read an account/balance answer."""
    return Balance(resp["account_id"], resp["credit_monthly"], resp["credit_package"])


def uploaded(resp: Json) -> Uploaded:
    """Read an image/upload answer."""
    return Uploaded(resp["img_id"], resp["img_url"])


def uploaded_media(resp: Json) -> UploadedMedia:
    """Read a media/upload answer."""
    return UploadedMedia(resp["media_id"], resp["media_type"], resp["url"])


def submitted(resp: Json) -> Submitted:
    """Read the answer to a submit."""
    kind = "image" if "image_id" in resp else "video"
    return Submitted(kind, resp[f"{kind}_id"], resp.get("credits", 0))


def result(resp: Json) -> Result:
    """Read the answer to a poll."""
    kind = "image" if "image_id" in resp else "video"
    return Result(
        kind=kind,
        id=resp["image_id" if kind == "image" else "id"],
        status=resp["status"],
        progress=float(resp.get("progress", resp["status"] == DONE)),
        url=resp["url"],
        width=resp["outputWidth"],
        height=resp["outputHeight"],
        size=resp.get("size", 0),
        seed=resp["seed"],
        credits=resp.get("credits", 0),
        reason=resp.get("reason", ""),
    )


def templates(resp: Json) -> list[Template]:
    """Read a template list."""
    return [
        Template(item["template_id"], item["display_name"], item["display_prompt"])
        for item in resp["effect_items"]
    ]
