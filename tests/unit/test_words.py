"""Sentences keep template and values separate until they are shown."""

import json
import pickle

import pytest

from clsf import checks
from clsf.errors import ClsfError, DataError, EngineError, PlanError, SpecError, StoreError
from clsf.model.layers import Conv2D
from clsf.model.walk import analyse
from clsf.words import Sentence, say, say_n

KOREAN = {
    "Layer {path}, {kind}: {problem}": "{path}번 층 {kind}: {problem}",
    "{what} is {value}, but must be a number.": "{what}은(는) {value}이지만 숫자여야 합니다.",
}


def korean(template: str) -> str:
    return KOREAN.get(template, template)


NESTED = say(
    "Layer {path}, {kind}: {problem}",
    path=5,
    kind="Conv2D",
    problem=say("{what} is {value}, but must be a number.", what=checks.field("filters"), value="'x'"),
)


def test_a_sentence_says_its_english():
    assert str(NESTED) == "Layer 5, Conv2D: filters is 'x', but must be a number."


def test_a_sentence_is_translated_with_the_sentences_inside_it():
    assert NESTED.said(korean) == "5번 층 Conv2D: filters은(는) 'x'이지만 숫자여야 합니다."


def test_a_sentence_that_is_in_no_catalogue_stays_english():
    assert say("Nothing to do for {name}.", name="me").said(korean) == "Nothing to do for me."


def test_braces_in_a_value_stay_braces():
    assert str(say("Got {value}.", value="{0.__class__} {}")) == "Got {0.__class__} {}."


def test_a_sentence_survives_json():
    again = Sentence.from_json(json.loads(json.dumps(NESTED.to_json())))
    assert again == NESTED
    assert again.said(korean) == NESTED.said(korean)


@pytest.mark.parametrize("kind", [SpecError, PlanError, DataError, EngineError, StoreError])
def test_an_error_crosses_processes_with_its_sentence(kind):
    error = kind("It is {value}.", value=say("a {thing}", thing="sentence"))
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # its own bytes
    assert type(again) is kind
    assert str(again) == str(error) == "It is a sentence."
    assert again.sentence == error.sentence
    assert isinstance(again, ClsfError)


def test_context_is_added_without_losing_the_possibility_to_translate():
    with pytest.raises(SpecError) as raised:
        analyse((Conv2D(8, 5),), (4, 4, 1))
    assert raised.value.sentence.said(korean).startswith("1번 층 Conv2D: a 5×5 kernel does not fit")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"), (True, "true"), (False, "false"), (0, "0"), (1, "1"), ("", "''"), ("a", "'a'"), (1.5, "1.5"), ([], "[]"),
        ("x" * 58, f"'{'x' * 58}'"), ("x" * 59, f"'{'x' * 56}…"), ([0] * 100, f"[{'0, ' * 18}0,…"),
    ],
)  # fmt: skip
def test_any_value_is_shown_short_and_in_json_words(value, text):
    assert checks.shown(value) == text
    assert len(checks.shown(value)) <= 60


@pytest.mark.parametrize(("count", "said"), [(0, "Found 0 files."), (1, "Found 1 file."), (2, "Found 2 files.")])
def test_a_sentence_about_things_is_singular_for_one_of_them(count, said):
    sentence = say_n("Found {count} file.", "Found {count} files.", count)
    assert str(sentence) == said
    assert str(Sentence.from_json(json.loads(json.dumps(sentence.to_json())))) == said
    assert str(pickle.loads(pickle.dumps(DataError(sentence)))) == said  # noqa: S301  # its own bytes


def test_a_count_can_be_written_otherwise():
    assert str(say_n("{count} image", "{count} images", 1234, count="1,234")) == "1,234 images"


def test_the_plural_form_is_taken_inside_other_sentences_too():
    outer = say("Layer {path}, {kind}: {problem}", path=1, kind="Dense", problem=say_n("{count} unit", "{count} units", 1))
    assert str(outer) == "Layer 1, Dense: 1 unit"
    assert outer.said(korean, lambda one, many, n: f"{many}/{n}").endswith("1 units/1")


@pytest.mark.parametrize("damage", [{"count": "1"}, {"count": None}, {"singular": 3}])
def test_a_damaged_plural_form_says_the_plural(damage):
    data = say_n("{count} unit", "{count} units", 1).to_json() | damage
    assert str(Sentence.from_json(data)) == "1 units"
