"""Any input from outside is read, or refused in a sentence, quickly; nothing else is raised."""

from __future__ import annotations

import copy
import io
import json
import os
import string
import time
import warnings
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from clsf.capsule import Capsule, read
from clsf.data import imports, picture, upload
from clsf.errors import CapsuleError, ClsfError, DataError, PlanError, SpecError
from clsf.experiments import grid
from clsf.model import edit_link, presets
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.settings import Settings
from clsf.settings import read as read_settings
from clsf.tensors import literals
from tests.unit.test_capsule import packed
from tests.zips import contents_of, zipped

LONGEST = 3.0  # seconds for one example on a busy machine; all are far below 0.1 s on an idle one
TIMES = int(os.environ.get("CLSF_FUZZ", "1"))  # multiplies the number of examples, and draws new ones every time
OFTEN = settings(max_examples=150 * TIMES, deadline=None, derandomize=TIMES == 1, suppress_health_check=list(HealthCheck))
SELDOM = settings(OFTEN, max_examples=40 * TIMES)

NASTY = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 10**400, -(10**400), 0.5, 1e308, float("inf"), float("-inf"), float("nan"), "", "0",
    "1e9", "relu", "Conv2D", "\x00", "\ud800", "<img src=x onerror=alert(1)>", "a" * 5000, [], {}, [[]], [{}], {"kind": "Dense"},
    [0] * 300, {"a": {"a": {"a": {}}}},
)  # fmt: skip
TEXT = st.text(max_size=60) | st.text(string.printable, max_size=60)
JSON = st.recursive(
    st.sampled_from(NASTY) | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def refused(error: type[ClsfError], work):
    """Do the work and return its result, or None if it was properly refused. Any other exception fails the test."""
    began = time.monotonic()
    try:
        return work()
    except error as problem:
        said = str(problem)
    finally:
        assert time.monotonic() - began < LONGEST
    assert 0 < len(said.strip()) < 3000  # a sentence, not the whole input repeated
    return None


@st.composite
def damaged(draw, value):
    """A valid JSON value with one to three places changed, removed or added."""
    value = json.loads(json.dumps(value))
    for _ in range(draw(st.integers(1, 3))):
        owners = list(_owners(value))
        owner, key = owners[draw(st.integers(0, len(owners) - 1))]
        how = draw(st.sampled_from(("put", "put", "put", "take", "add")))
        if how == "take":
            del owner[key]
        elif how == "add" and isinstance(owner, dict):
            owner[draw(TEXT)] = copy.deepcopy(draw(JSON))
        else:
            owner[key] = copy.deepcopy(draw(JSON))
        if not value:
            break
    return value


def _owners(value):
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _owners(value[key])


# Models, plans, settings.

MODELS = [presets.preset(name, 10).to_json() for name in presets.NAMES]


@OFTEN
@given(st.one_of(JSON, *[damaged(model) for model in MODELS]))
def test_a_model(data):
    found = refused(SpecError, lambda: ModelSpec.from_json(data))
    if found is not None:
        assert ModelSpec.from_json(json.loads(json.dumps(found.to_json()))) == found
        refused(SpecError, lambda: found.analyse((28, 28, 1)))


@OFTEN
@given(st.one_of(JSON, damaged(Plan("digits").to_json()), damaged(Plan("mnist", begin_from="abc").to_json())))
def test_a_plan(data):
    found = refused(PlanError, lambda: Plan.from_json(data))
    if found is not None:
        assert Plan.from_json(json.loads(json.dumps(found.to_json()))) == found


LINKS = [edit_link.to_link(edit_link.from_data(model, (28, 28, 1))) for model in MODELS]


@OFTEN
@given(TEXT | st.binary(max_size=80).map(lambda b: "1." + b.hex()), st.sampled_from(LINKS), st.randoms(use_true_random=False))
def test_a_design_in_a_link(text, link, chance):
    letters = list(link)
    for _ in range(chance.randint(1, 4)):
        letters[chance.randrange(len(letters))] = chance.choice(string.ascii_letters + "-_.=+/%\x00é")
    for tried in (text, "1." + text, "".join(letters), link[: chance.randrange(len(link))], link + text):
        same_again(refused(SpecError, lambda tried=tried: edit_link.from_link(tried, (28, 28, 1))))


def same_again(design):
    """Whatever was opened can be saved, and is the same when it is opened again."""
    if design is not None:
        kept = edit_link.to_text(design)
        assert edit_link.to_text(edit_link.from_text(kept, (28, 28, 1))) == kept


@OFTEN
@given(st.one_of(TEXT, *[damaged(model).map(lambda d: json.dumps(d, default=str)) for model in MODELS]))
def test_a_pasted_model(text):
    same_again(refused(SpecError, lambda: edit_link.from_text(text, (28, 28, 1))))


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 100_000, '"' + "\\u0000" * 50_000, "1" * 100_000, "[" + "0," * 60_000]
)
def test_a_pasted_model_that_is_a_bomb(text):
    assert refused(SpecError, lambda: edit_link.from_text(text, (28, 28, 1))) is None


@OFTEN
@given(
    st.dictionaries(st.sampled_from(["CLSF_" + name.upper() for name in Settings.__dataclass_fields__]), TEXT, max_size=4),
    st.one_of(
        st.binary(max_size=80),
        st.dictionaries(st.sampled_from([*Settings.__dataclass_fields__, "max_wings"]), JSON, max_size=4).map(
            lambda d: "\n".join(f"{k} = {json.dumps(v)}" for k, v in d.items()).encode("utf-8", "replace")
        ),
    ),
)
def test_settings(tmp_path_factory, environment, content):
    file = tmp_path_factory.getbasetemp() / "clsf.toml"
    file.write_bytes(content)
    found = refused(ClsfError, lambda: read_settings(environment, file))
    assert found is None or isinstance(found, Settings)


# What is typed.

TYPED = st.text("0123456789.,-+eEjx_[](){}'\"\\ TrueFalsinfNo#\n*:", max_size=80) | TEXT


@OFTEN
@given(TYPED)
def test_a_tensor(text):
    found = refused(ClsfError, lambda: literals.values(text))
    assert found is None or literals.elements(found) <= literals.MAX_ELEMENTS


@OFTEN
@given(TYPED)
def test_a_shape(text):
    found = refused(ClsfError, lambda: literals.shape(text))
    assert found is None or len(found) <= literals.MAX_RANK


@pytest.mark.parametrize(
    "text", ["[" * 1900, "(" * 1900 + ")" * 90, "-" * 1999 + "1", "9" * 2000, "1e" + "9" * 1000, "1+" * 900 + "1j", "~" * 1999 + "1", "not " * 499 + "1", "{1:" * 600, "b'" + "\\x00" * 400 + "'"],
)  # fmt: skip
def test_typed_bombs(text):
    assert refused(ClsfError, lambda: literals.values(text)) is None
    assert refused(ClsfError, lambda: literals.shape(text)) is None


@OFTEN
@given(st.sampled_from(sorted(grid.FACTORS)) | TEXT, TYPED | st.text("0123456789.,;e+-infna ", max_size=80))
def test_values_of_an_experiment(name, text):
    found = refused(PlanError, lambda: grid.read(name, text))
    assert found is None or len(set(found)) == len(found)
    for value in found or ():
        assert value in grid.FACTORS[name].choices or isinstance(value, int | float)


# Capsules.

WHOLE = packed()
MEMBERS = contents_of(WHOLE)


def opened(content):
    found = refused(CapsuleError, lambda: read(content))
    assert found is None or isinstance(found, Capsule)


@SELDOM
@given(st.binary(max_size=200), st.randoms(use_true_random=False))
def test_a_capsule_of_damaged_bytes(noise, chance):
    content = bytearray(WHOLE)
    for _ in range(chance.randint(1, 8)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    for tried in (
        noise,
        b"PK\x03\x04" + noise,
        bytes(content),
        WHOLE[: chance.randrange(len(WHOLE))],
        WHOLE + noise,
        noise + WHOLE,
    ):
        opened(tried)


NAMES = [name for name in MEMBERS if name.endswith(".json")]


@pytest.mark.parametrize("name", NAMES)
@SELDOM
@given(st.data())
def test_a_capsule_with_other_json_in_it(name, data):
    value = data.draw(damaged(json.loads(MEMBERS[name])) | JSON)
    opened(zipped({**MEMBERS, name: json.dumps(value, default=str).encode()}))


@SELDOM
@given(TEXT, st.binary(max_size=100))
def test_a_capsule_with_other_members(name, content):
    name = "".join(c for c in name if c.isprintable()) or "x"
    opened(zipped({**MEMBERS, name: content}))
    weights = next(member for member in MEMBERS if member not in NAMES)
    opened(zipped({**MEMBERS, weights: content}))


# Images.


def png(side=8):
    file = io.BytesIO()
    Image.fromarray(np.full((side, side, 3), 90, np.uint8)).save(file, "PNG")
    return file.getvalue()


@SELDOM
@given(st.binary(max_size=300), st.randoms(use_true_random=False))
def test_a_picture(noise, chance):
    content = bytearray(png())
    for _ in range(chance.randint(1, 6)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    for tried in (
        noise,
        bytes(content),
        png()[: chance.randrange(60)],
        b"\x89PNG\r\n\x1a\n" + noise,
        b"\xff\xd8\xff" + noise,
        b"RIFF\0\0\0\0WEBP" + noise,
    ):
        found = refused(DataError, lambda tried=tried: picture.uploaded(tried, 16, False))
        assert found is None or (found.shape, found.dtype) == ((16, 16, 3), np.uint8)


PLACES = ("cat/1.png", "dog/2.png", "../../evil.png", "/etc/passwd", "C:\\x\\1.png", "cat/../../1.png", "a/" * 90 + "1.png", "cat/", "nul\x00l.png", "", ".", "__MACOSX/cat/._1.png", "cat/2.svg", "가/고양이.png", "<img src=x onerror=alert(1)>/1.png", "cat\n/1.png")  # fmt: skip


@pytest.fixture
def data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("CLSF_DATA", str(tmp_path / "data"))
    return tmp_path


@SELDOM
@given(st.lists(st.tuples(st.sampled_from(PLACES) | st.text(max_size=30), st.sampled_from((png(), png(9), b"", b"no picture"))), max_size=6), st.randoms(use_true_random=False))  # fmt: skip
def test_an_archive_of_images(data_folder, files, chance):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files:
            info = zipfile.ZipInfo()
            info.filename = "".join(c for c in name if not "\ud800" <= c <= "\udfff")
            if chance.random() < 0.1:
                info.external_attr = 0o120777 << 16  # a link
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # zipfile warns of two members of one name
                archive.writestr(info, content)
    whole = file.getvalue()
    content = bytearray(whole)
    for _ in range(chance.randint(1, 5)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    for tried in (whole, bytes(content), whole[: chance.randrange(len(whole))]):
        found = refused(DataError, lambda tried=tried: imports.import_zip(io.BytesIO(tried), title="x"))
        assert found is None or found.info.classes
    outside = [path for path in data_folder.rglob("*") if not path.is_relative_to(data_folder / "data")]
    assert outside in ([], [data_folder / "data"])
    assert not (data_folder.parent / "evil.png").exists()


@SELDOM
@example([("\x00", ""), ("0\x00", "\x00"), ("\ud800", "a\ud800.png"), ("..", ".."), ("a\nb", "\n")])
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=5))
def test_names_of_uploaded_files(names):
    with (
        upload.packed([(kind, name, io.BytesIO(png())) for kind, name in names]) as packed_file,
        zipfile.ZipFile(packed_file) as archive,
    ):
        found = archive.namelist()
        assert len(found) == len(names)
        assert all(name.count("/") == 1 and ".." not in name.split("/") and not name.startswith("/") for name in found)
