import importlib
import pkgutil
from collections.abc import Iterator

import kinora.domain
from kinora.apis.pixverse.errors import ERR_CODES
from kinora.domain.errors import KinoraError


def kinds(kind: type[KinoraError] = KinoraError) -> Iterator[type[KinoraError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from kinds(child)


def test_pixverse_has_a_number_for_every_error() -> None:
    for module in pkgutil.iter_modules(kinora.domain.__path__):
        importlib.import_module(f"kinora.domain.{module.name}")
    missing = [kind.__name__ for kind in kinds() if kind not in ERR_CODES]
    assert missing == []


def test_codes_are_unique_and_messages_come_from_docstrings() -> None:
    codes = [kind.code for kind in kinds()]
    assert len(set(codes)) == len(codes)
    assert str(KinoraError()) == "Something the caller should know went wrong."
