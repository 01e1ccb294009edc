"""The code that receivers are given in docs/webhooks.md, run as it stands there."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kinora.adapters.sealing import Sealer
from kinora.domain.ids import AccountId, EndpointId
from kinora.domain.webhook import Endpoint, Form
from kinora.usecases.sign_deliveries import SignDelivery, fresh_secret, sealed

PAGE = Path(__file__).parents[2] / "docs/webhooks.md"
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SEALER = Sealer(b"k" * 32)
HOOK = EndpointId(7)
BODY = (
    b'{"credits":45,"has_audio":true,"id":"7","size":1.2,"status":1,"url":"http://a.b/c d?e=f&g"}'
)


def shown() -> dict[str, Any]:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - the page's own code
    return names


@pytest.mark.parametrize("form", list(Form))
def test_receivers_verify_as_the_page_shows(form: Form) -> None:
    verify = shown()[f"verify_{form.value}"]
    old, new = fresh_secret(form), fresh_secret(form)
    endpoint = Endpoint(
        id=HOOK,
        account=AccountId(1),
        form=form,
        url="https://example.com",
        base="",
        wants=frozenset(),
        every_job=True,
        sealed=sealed(new, endpoint=HOOK, sealing=SEALER),
        created_at=NOW,
    )
    rotating = replace(
        endpoint,
        former=sealed(old, endpoint=HOOK, sealing=SEALER),
        former_until=NOW + timedelta(hours=1),
    )
    sign = SignDelivery(sealing=SEALER)
    for each, good in ((endpoint, [new]), (rotating, [old, new])):
        signed = sign(each, "msg_7_1", BODY, at=NOW)
        headers = {name.lower(): value for name, value in signed.items()}
        for secret in (old, new):
            if secret in good:
                assert verify(secret, headers, BODY, now=NOW.timestamp())["id"] == "7"
                continue
            with pytest.raises(ValueError, match="wrong signature"):
                verify(secret, headers, BODY, now=NOW.timestamp())
        with pytest.raises(ValueError, match="wrong signature"):
            verify(new, headers, BODY.replace(b"45", b"46"), now=NOW.timestamp())
        with pytest.raises(ValueError, match="too old"):
            verify(new, headers, BODY, now=NOW.timestamp() + 301)
