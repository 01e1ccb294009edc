"""The page that shows the reference: what it bundles must be able to read what it is given."""

import re
from pathlib import Path

import pytest
import swagger_ui_bundle

from kinora.apis.pixverse.reference import REFERENCE as PIXVERSE
from kinora.apis.useapi.reference import REFERENCE as USEAPI
from kinora.web.reference import Reference

FIRST_FOR_31 = 5
"""The first major version of Swagger UI that renders OpenAPI 3.1; older ones show an error."""


@pytest.mark.parametrize("reference", [PIXVERSE, USEAPI], ids=lambda each: each.name)
def test_the_bundled_page_can_show_the_document(reference: Reference) -> None:
    bundle = (Path(swagger_ui_bundle.swagger_ui_path) / "swagger-ui-bundle.js").read_text()
    found = re.search(r'VERSION:"(\d+)\.', bundle)
    assert found is not None
    told = re.search(r'openapi: "(3\.\d)', reference.script)
    shown = told[1] if told else reference.document()["openapi"][:3]
    assert shown == "3.0" or int(found[1]) >= FIRST_FOR_31
    assert reference.document()["openapi"].startswith("3.1")
