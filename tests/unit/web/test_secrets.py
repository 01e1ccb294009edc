"""No secret reaches a log."""

import logging
from typing import Any

import pytest
import structlog

from kinora.web.logs import configure_logs
from kinora.web.secrets import hidden

KEY = "sk-S3cretS3cretS3cret_-x"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"opened by {KEY}.", "opened by sk-…"),
        ("sk_test_0123456789", "sk_test_…"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_…"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer …"),
        ("basic dXNlcjpwYXNz", "basic …"),
        (f"Bearer user:7-{KEY}", "Bearer …"),
        (f"user:7-{KEY}", "user:7-…"),
        ("user:7-pixverse:a@b.c-video:12", "user:7-pixverse:a@b.c-video:12"),
        ("GET /media/123/1765000000.AbC_-9/film.mp4", "GET /media/123/…/film.mp4"),
        ("https://x.test/a?api_key=abc&b=1&sig=9f", "https://x.test/a?api_key=…&b=1&sig=…"),
        ("postgres://ada:pass@db/x", "postgres://…@db/x"),
        ("a desk-lamp and a task-force", "a desk-lamp and a task-force"),
        ("/openapi/v2/video/result/5", "/openapi/v2/video/result/5"),
    ],
)
def test_by_what_it_looks_like(text: str, left: str) -> None:
    assert hidden(text) == left


@pytest.mark.parametrize("name", ["key", "api_key", "API-KEY", "secret", "metrics_token"])
def test_by_the_name_that_it_has(name: str) -> None:
    assert hidden({name: "plain"}) == {name: "…"}


@pytest.mark.parametrize("name", ["monkey", "keyframe", "tokens_left", "author"])
def test_other_names_are_left_alone(name: str) -> None:
    assert hidden({name: "plain"}) == {name: "plain"}


def test_however_deep(capsys: pytest.CaptureFixture[str]) -> None:
    assert hidden({"a": [{"b": (f"x {KEY}", {"password": "y"})}]}) == {
        "a": [{"b": ["x sk-…", {"password": "…"}]}]
    }
    endless: dict[str, Any] = {}
    endless["a"] = endless
    assert "…" in str(hidden(endless))
    assert hidden({"key": 12}) == {"key": 12}


@pytest.fixture
def _as_before() -> Any:
    kept, handlers = structlog.get_config(), logging.getLogger().handlers[:]
    yield
    structlog.configure(**kept)
    logging.getLogger().handlers[:] = handlers


@pytest.mark.usefixtures("_as_before")
@pytest.mark.parametrize("form", ["json", "human"])
def test_whatever_is_logged(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(form=form, level="debug")
    log = structlog.get_logger()
    try:
        int(KEY)
    except ValueError:
        log.exception("http.crash", link="/media/1/22.signature/x", header=f"Bearer {KEY}")
        logging.getLogger("other").exception("told of %s", KEY)
    told = capsys.readouterr().err
    assert "base 10: 'sk-…'" in told
    assert "told of sk-…" in told
    assert "S3cret" not in told
    assert "signature" not in told
