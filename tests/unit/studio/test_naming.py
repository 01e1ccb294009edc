"""Words that look alike in two languages, and words that a prompt denies."""

import pytest

from kinora.domain.order import Words
from kinora.engines.studio.subjects.naming import find_subjects
from kinora.engines.studio.words.cues import read_cues
from kinora.engines.studio.words.tongues import tongue


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("un chat noir court dans la forêt car il pleut", [("cat", "run")]),
        ("ein Boot auf dem See, fast Nacht", [("boat", "")]),
        ("a cat sleeps while a dog runs", [("cat", "rest"), ("dog", "run")]),
        ("a car near the tennis court", [("car", "")]),
        ("un océano sin barcos", []),
        ("no dogs, a cat sleeps", [("cat", "rest")]),
        ("一隻貓在森林裡奔跑", [("cat", "run")]),
        ("犬なしの街", []),
    ],
)
def test_subjects_of_a_prompt(prompt: str, expected: list[tuple[str, str]]) -> None:
    assert [(each.noun, each.action) for each in find_subjects(prompt)] == expected


@pytest.mark.parametrize(
    ("prompt", "group", "choice"),
    [
        ("ein Boot auf dem See, fast Nacht", "speed", ""),
        ("a fast car on the road", "speed", "fast"),
        ("the star of the show", "scene", ""),
        ("没有人的城市夜晚", "scene", "city"),
        ("北極光", "scene", "aurora"),
        ("no people, a lighthouse at night", "subject", "lighthouse"),
    ],
)
def test_cues_of_a_prompt(prompt: str, group: str, choice: str) -> None:
    assert read_cues(Words(prompt=prompt)).get(group) == choice


@pytest.mark.parametrize(
    ("prompt", "language"),
    [("a cat", "en"), ("el gato", "es"), ("le chien et le loup", "fr"), ("der Hund", "de")],
)
def test_language_of_a_prompt(prompt: str, language: str) -> None:
    assert tongue(prompt) == language
