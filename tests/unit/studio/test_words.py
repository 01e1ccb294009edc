"""Prompts in six languages mean the same, and words of one are not taken for another's."""

import time

import pytest

from kinora.domain.order import Words
from kinora.engines.studio.scenes.stage import read_plan
from kinora.engines.studio.subjects.naming import names, nouns
from kinora.engines.studio.words.cues import LANGUAGES, _read, read_cues, vocabulary
from kinora.engines.studio.words.splitting import words_in

SAME = {
    ("terrain", "dusk", "lighthouse"): [
        "a lighthouse at dusk",
        "日落时的灯塔",
        "夕暮れの灯台",
        "un faro al atardecer",
        "un phare au coucher du soleil",
        "ein Leuchtturm im Sonnenuntergang",
    ],
    ("city", "night", ""): [
        "a city at night",
        "城市的夜晚",
        "夜の都市",
        "una ciudad de noche",
        "une ville la nuit",
        "eine Stadt bei Nacht",
    ],
    ("forest", "golden", ""): [
        "a forest in the morning",
        "清晨的森林",
        "朝の森",
        "un bosque al amanecer",
        "une forêt à l'aube",
        "ein Wald am Morgen",
    ],
    ("underwater", "day", ""): [
        "a coral reef",
        "海底的珊瑚礁",
        "海底のサンゴ礁",
        "un arrecife de corales",
        "un récif de corail",
        "ein Korallenriff",
    ],
    ("aurora", "night", ""): [
        "northern lights",
        "极光",
        "オーロラ",
        "aurora boreal",
        "une aurore boréale",
        "Polarlichter",
    ],
    ("fire", "night", ""): [
        "a campfire",
        "篝火",
        "焚き火",
        "una fogata",
        "un feu de camp",
        "ein Lagerfeuer",
    ],
}
CASES = [(prompt, expected) for expected, prompts in SAME.items() for prompt in prompts]


@pytest.mark.parametrize(("prompt", "expected"), CASES)
def test_the_same_in_every_language(prompt: str, expected: tuple[str, str, str]) -> None:
    plan = read_plan(Words(prompt=prompt), seed=1)
    assert (plan.scene, plan.light, plan.subject) == expected


@pytest.mark.parametrize(
    ("prompt", "noun", "material", "action"),
    [
        ("two white horses running on a beach", "horse", "white", "run"),
        ("两匹白色的马在海滩上奔跑", "horse", "white", "run"),
        ("dos caballos blancos corriendo en la playa", "horse", "white", "run"),
        ("deux chevaux blancs courent sur la plage", "horse", "white", "run"),
        ("zwei weiße Pferde rennen am Strand", "horse", "white", "run"),
        ("un gato negro durmiendo", "cat", "black", "rest"),
        ("ein roter Fuchs springt im Schnee", "fox", "red", "jump"),
        ("海豚在海里游泳", "dolphin", "blue", "swim"),
        ("踊る猫", "cat", "ginger", "dance"),
    ],
)
def test_subjects_in_every_language(prompt: str, noun: str, material: str, action: str) -> None:
    plan = read_plan(Words(prompt=prompt), seed=1)
    first = plan.actors[0]
    assert (first.noun, first.material) == (noun, material)
    assert (first.action or plan.action) == action


@pytest.mark.parametrize(
    "prompt",
    [
        "a chat about food",
        "orange juice on a table",
        "pain in the neck",
        "the main point",
        "a fast car chase",
    ],
)
def test_words_of_one_language_are_not_another_s(prompt: str) -> None:
    assert all(actor.noun == "car" for actor in read_plan(Words(prompt=prompt), seed=1).actors)


@pytest.mark.parametrize(
    ("prompt", "group", "choice"),
    [
        ("a city without rain", "weather", ""),
        ("没有雨的城市", "weather", ""),
        ("une ville sans pluie", "weather", ""),
        ("a city in the rain", "weather", "rain"),
        ("OCÉAN", "scene", "terrain"),
        ("ocean", "scene", "terrain"),
        ("ein Bergsee", "land", "alpine"),
        ("foret", "scene", "forest"),
    ],
)
def test_denials_accents_and_compounds(prompt: str, group: str, choice: str) -> None:
    assert read_cues(Words(prompt=prompt)).get(group) == choice


@pytest.mark.parametrize(
    ("prompt", "lettering"),
    [
        ('with the words "Good morning"', "Good morning"),
        ("a sign saying 'Open'", "Open"),
        ("「こんにちは」と書かれた海", "こんにちは"),
        ("mit dem Text „Hallo“ am Strand", "Hallo"),
        ("it's a dog's life", ""),
    ],
)
def test_lettering(prompt: str, lettering: str) -> None:
    assert read_cues(Words(prompt=prompt)).lettering == lettering


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_can_choose_what_english_can(language: str) -> None:
    for group, table in _read(language).items():
        assert set(table.values()) <= set(_read("vocabulary")[group].values())
    assert set(_read(language)["scene"].values()) == set(_read("vocabulary")["scene"].values())


def test_names_lead_to_nouns() -> None:
    assert set(names().nouns.values()) <= set(nouns().nouns)
    assert set(names().materials.values()) <= set(nouns().materials)
    assert set(names().actions.values()) <= set(nouns().actions)


def test_long_prompts_are_read_at_once() -> None:
    began = time.process_time()
    read_plan(Words(prompt="灯塔与大海和一些没有意义的字 and some more words " * 110), seed=1)
    assert time.process_time() - began < 0.5


def test_texts_without_spaces_are_cut() -> None:
    known = {"灯塔", "海", "大海"}.__contains__
    assert words_in("大海边的灯塔!", known) == ["大海", "灯塔"]
    assert set(vocabulary()) >= {"scene", "light", "weather", "palette"}
