"""A copied link carries everything that a page shows: each widget is in it, or is listed here with the reason why not."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

import clsf.ui
from clsf import packing
from clsf.ui.data import labels
from clsf.ui.shared.drawing import from_code, to_code

UI = Path(clsf.ui.__file__).parent
PAGES = UI.parents[1] / "pages"
WIDGETS = {
    "number_input", "text_input", "selectbox", "slider", "toggle", "checkbox", "radio", "segmented_control", "pills", "multiselect",
    "text_area", "data_editor", "file_uploader", "select_slider", "camera_input", "color_picker", "date_input", "time_input",
    "chat_input", "audio_input", "feedback", "tabs",
}  # fmt: skip

OTHERWISE = {
    "bug_lab": {"state.FRAMEWORK": "st.query_params[CASE]", "state.LEVEL": "st.query_params[CASE]"},
    "compare": {"keys.PICKED": "linked.put(keys.SWITCHES", "key": "linked.put(keys.SWITCHES", "keys.PICK_ONE": "look_at_pair", "keys.PICK_TWO": "look_at_pair"},
    "data": {"key": "keep(keys.LOGITS"},
    "layers": {"key": "linked.put(keys.CHAIN", "seed": "linked.put(keys.CHAIN", "scheme": "linked.put(keys.CHAIN", "keys.widget(stack.version(), position, 'two')": "linked.put(keys.CHAIN", "**common": "linked.put(keys.CHAIN"},
    "model": {"keys.NAME": "linked.put(keys.LINK"},
    "predict": {"keys.ONE": "look_at", "keys.TWO": "linked.put(keys.SECOND"},
    "shared": {"state.LANGUAGE_SWITCH": "query_params[PARAMETER]"},
    "teachers": {"'class_shown'": "query_params[keys.CLASS_SHOWN]"},
    "train": {"keys.INSIDE_AT": "keep(keys.INSIDE_LINK"},
    "your_code": {"text_key": "put_long(text_key"},
}  # fmt: skip
"""Folder -> key of a widget -> what in that folder puts its value into the link, though the widget itself is not bound to it."""

NOT_CARRIED = {
    "a name of a person, or what a reader wrote of their own": {
        "assignment": ["'handin_name'", "'handin_number'"], "home": ["'progress_name'"], "predict": ["keys.AUTHOR", "keys.NOTES"],
        "runs": ["f'{keys.NAME}-{run_id}'", "f'{keys.NOTE}-{run_id}'", "f'{keys.TAGS}-{run_id}'"], "experiments": ["keys.NAME"],
        "teachers": ["'class_name'"],
    },
    "a secret": {"runs": ["keys.KEY"]},
    "an answer to a question, which a link would give away": {
        "bug_lab": ["key"], "lesson": ["key"], "shared": ["f'guess_{key}'"],
    },
    "a file or a photograph, which stays on the reader's machine": {
        "compare": ["keys.CONVERT_FIRST", "keys.CONVERT_SECOND"], "layers": ["keys.FILE"], "model": ["keys.UPLOAD"],
        "data": ["f'{keys.ARCHIVE}_{done}'", "f'{keys.FOLDER}_{done}'", "keys.kind_files(number, done)"],
        "own": ["keys.files(at, generation)", "f'{keys.AGAIN}_{held.generation()}'", "keys.FILE"],
        "predict": ["keys.CAPSULE", "keys.UPLOAD", "keys.CAMERA"], "runs": ["keys.CAPSULE"], "your_code": ["upload_key"],
    },
    "how such a file is read or named": {
        "compare": ["keys.CONVERT_MINE"], "model": ["keys.PASTED"], "own": ["keys.name(at, generation)"],
        "data": [
            "f'{keys.OWN_TITLE}_{done}'", "keys.OWN_SIDE", "keys.kind_name(number)", "keys.OWN_LABELS", "keys.OWN_ENCODING",
            "f'{keys.OWN_ROLE}_{name}'", "f'{keys.SAVE_TITLE}_{info.name}'", "f'{keys.SAVE_EVERYONE}_{info.name}'",
        ],
    },
    "a form that makes a link, a file or a training; what it made is carried": {
        "assignment": ["f'handin_runs_{assignment.key}_{len(good)}'"], "home": ["keys.SWITCH"], "runs": ["CONTINUED", "'history_rate'"],
        "shared": ["key"],
        "teachers": [
            "keys.TITLE", "keys.NOTE", "keys.LESSONS", "keys.ADDRESS", "keys.GOAL", "keys.GOAL_DATA", "keys.GOAL_ACCURACY",
            "keys.GOAL_PARAMETERS", "keys.CASE", "keys.IN_CLASS", "'class_task'", "f\"{keys.LOCKED}-{'-'.join(names)}\"[:200]",
        ],
    },
    "an order to a training that runs": {"train": ["keys.WATCHED"]},
}  # fmt: skip
"""Reason -> folder -> keys of widgets that do not stand in a link."""

COMPONENTS = {
    "shared/drawing/__init__.py": "put_long(link", "predict/measuring.py": 'linked.keep(f"{key}-kept"', "runs/listing.py": "put_long(keys.CHOSEN",
    "data/look.py": "linked.keep(keys.IMAGE", "model/cards.py": "asked of the design, which is in the link",
    "shared/identity.py": "a secret: the reader's key", "shared/camera/__init__.py": "photographs, which stay on the reader's machine",
    "share_page.py": "asks for the link itself", "own/collect.py": "photographs", "shared/picture_grid.py": "its users say what a press does",
}  # fmt: skip
"""File with a component of ours that tells something -> what carries it, or why nothing does."""


def files() -> list[Path]:
    return [*sorted(UI.rglob("*.py")), *sorted(PAGES.glob("*.py"))]


def unbound() -> set[tuple[str, str]]:
    """Return (folder, key) of each widget that is not bound to the link directly."""
    found = set()
    for path in files():
        folder = path.relative_to(UI).parts[0] if path.is_relative_to(UI) else path.stem
        if path.relative_to(UI if path.is_relative_to(UI) else PAGES).as_posix() == "shared/choose.py":
            continue  # its callers put its widgets into the link
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WIDGETS:
                named = {word.arg: ast.unparse(word.value) for word in node.keywords if word.arg}
                spread = [ast.unparse(word.value) for word in node.keywords if word.arg is None]
                if "bind" in named or any("LINKED" in one for one in spread):
                    continue
                found.add((folder, named.get("key") or "".join(f"**{one}" for one in spread)))
    return found


def test_every_widget_is_in_the_link_or_has_a_reason_not_to_be():
    excused = {(folder, key) for told in NOT_CARRIED.values() for folder, keys in told.items() for key in keys}
    otherwise = {(folder, key) for folder, keys in OTHERWISE.items() for key in keys}
    assert unbound() - excused - otherwise == set(), "bind it to the link (choose.LINKED, choose.named), or say why not"
    assert (excused | otherwise) - unbound() == set(), "no such widget any more"


@pytest.mark.parametrize(
    ("folder", "needle"), sorted({(folder, needle) for folder, keys in OTHERWISE.items() for needle in keys.values()})
)
def test_what_is_carried_otherwise_is_written_into_the_link(folder, needle):
    assert any(needle in path.read_text("utf-8") for path in (UI / folder).rglob("*.py"))


def test_every_component_that_tells_something_is_known():
    telling = {
        path.relative_to(UI).as_posix(): path.read_text("utf-8")
        for path in UI.rglob("*.py")
        if any(
            (isinstance(node, ast.keyword) and node.arg and (node.arg == "on_pick" or (node.arg.startswith("on_") and node.arg.endswith("_change") and node.arg != "on_change")))
            or (isinstance(node, ast.Constant) and node.value == "on_picked_change")
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
        )
    }  # fmt: skip
    assert set(telling) == set(COMPONENTS)
    for path in ("shared/drawing/__init__.py", "predict/measuring.py", "runs/listing.py", "data/look.py"):
        assert COMPONENTS[path] in telling[path]


# Encoding of long values.


def strokes(side: int, channels: int, seed: int = 0) -> np.ndarray:
    """Return a drawing of two soft discs."""
    y, x = np.mgrid[:side, :side] / side
    ink = np.zeros((side, side))
    for row, column in np.random.default_rng(seed).uniform(0.3, 0.7, (2, 2)):
        ink = np.maximum(ink, np.clip(4 - 20 * np.hypot(y - row, x - column), 0, 1))
    grey = np.round(255 * ink).astype(np.uint8)
    return grey if channels == 1 else np.stack([255 - grey, 255 - grey // 2, np.full_like(grey, 255)], axis=-1)


@pytest.mark.parametrize(("side", "channels"), [(28, 1), (64, 1), (28, 3), (64, 3)])
def test_a_drawing_comes_back_from_its_code(side, channels):
    drawn = strokes(side, channels)
    assert np.array_equal(from_code(to_code(drawn, 10**6), drawn.shape), drawn)
    short = to_code(drawn, 1400)
    assert short is not None
    assert len(short) <= 1400
    assert np.abs(from_code(short, drawn.shape).astype(int) - drawn).max() <= 43  # half of one of four levels
    assert to_code(drawn, 20) is None
    assert to_code(None, 20) == ""


@pytest.mark.parametrize(
    "code", ["", "8", "9abc", "8!!", "x", "8" + packing.packed(bytes(5)), "8" + packing.packed(bytes(10**7)), "²" * 9]
)
def test_a_drawing_that_is_none_is_refused(code):
    assert from_code(code, (28, 28)) is None


def test_a_cut_code_is_refused_and_a_bomb_is_not_unpacked():
    code = packing.packed(b"program " * 400)
    assert packing.unpacked(code, 10_000) == b"program " * 400
    assert len(packing.unpacked(code, 100)) == 101
    for wrong in (code[:-4], "é" + code, code + "=", "a"):
        with pytest.raises(ValueError):
            packing.unpacked(wrong, 10_000)


def test_typed_numbers_come_back_and_others_are_passed_over():
    start = np.round(np.random.default_rng(3).normal(0, 1.5, (4, 10)), 1)
    changed = start.copy()
    changed[1, 2], changed[3, 9], changed[0, 0] = -12.25, 1000.0, 1e-7
    assert np.allclose(labels.typed(labels.as_text(changed, 3, start), 3, start), changed)
    assert labels.as_text(start, 3, start) == ""
    for text in ("", "4~1_2_5", "3~99_2_5~1_99_5~1_2_x~1_2_...", "3" + "~" * 10**5, "3~1_2_nan"):
        assert np.array_equal(labels.typed(text, 3, start), start)
    assert labels.typed("3~1_2_99999999", 3, start)[1, 2] == labels.LIMIT
