"""The diagram, the volumes, and the two sources side by side"""

from __future__ import annotations

import itertools
from xml.etree import ElementTree

import pytest

from clsf.charts.model_diagram import diagram, spoken
from clsf.charts.model_volumes import LONGEST, volumes
from clsf.code import STYLES, model_code, why_not
from clsf.code.side_by_side import side_by_side
from clsf.model import edit_steps
from clsf.model.edit import Design, design_of
from clsf.model.edit_facts import design_facts
from clsf.model.layers import Conv2D, Dense, Flatten
from clsf.model.presets import NAMES, preset
from clsf.model.spec import ModelSpec

SVG = "{http://www.w3.org/2000/svg}"


def drawn(design: Design, shape=(32, 32, 3)) -> ElementTree.Element:
    return ElementTree.fromstring(  # noqa: S314
        diagram(design_facts(design, shape), lambda card: "", lambda kind: "weights", "Input", "Output")
    )


def boxes(svg: ElementTree.Element) -> dict[str, tuple[float, float, float, float]]:
    """Return path -> (left, top, right, bottom)."""
    found = {}
    for group in svg.iter(f"{SVG}g"):
        if "data-path" in group.attrib:
            rect = group.find(f"{SVG}rect")
            x, y, w, h = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
            found[group.get("data-path")] = (x, y, x + w, y + h)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_layer_is_a_box_in_the_picture_and_none_lies_on_another(name):
    spec = preset(name)
    svg = drawn(design_of(spec))
    found = boxes(svg)
    assert set(found) == {facts.path for facts in spec.analyse((32, 32, 3)).layers}
    for one, other in itertools.combinations(found.values(), 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    wide, high = float(svg.get("width")), float(svg.get("height"))
    assert all(x >= 0 and y >= 0 and right <= wide and bottom <= high for x, y, right, bottom in found.values())


def test_shapes_stand_on_the_edges():
    texts = [text.text for text in drawn(design_of(preset("lecture-cnn"))).iter(f"{SVG}text") if text.get("class") == "shape"]
    assert texts == ["32×32×3", "32×32×32", "16×16×32", "16×16×64", "8×8×64", "4096", "100", "100", "10"]


def test_what_can_not_be_known_is_a_question_mark():
    design = design_of(ModelSpec("x", (Conv2D(4), Dense(10))))
    texts = [text.text for text in drawn(design).iter(f"{SVG}text") if text.get("class") == "shape"]
    assert texts == ["32×32×3", "30×30×4", "?"]


def test_names_from_strangers_stay_text():
    design = edit_steps.rename(design_of(preset("tiny")), '"><script>alert(1)</script>')
    svg = diagram(design_facts(design, (32, 32, 3)), lambda card: "<b>", lambda kind: "weights", "<i>", "Output")
    ElementTree.fromstring(svg)  # noqa: S314
    assert "<script" not in svg
    assert "<b>" not in svg


def test_the_picture_is_said_in_words():
    said = spoken(design_facts(design_of(preset("tiny")), (8, 8, 1)), lambda card: "")
    assert said == "tiny: 8×8×1 → Conv2D: 8×8×8 → MaxPool2D: 4×4×8 → Flatten: 128 → Dense: 10"


def test_an_empty_design_is_drawn():
    assert not boxes(drawn(Design("x")))
    assert figure(Design("x"), (8, 8, 1))["data"]


def figure(design: Design, shape: tuple, scale="linear", every=False) -> dict:
    return volumes(design_facts(design, shape), lambda card: card.kind, lambda kind: "weights", "Input", scale, every)


def sizes(drawn: dict) -> list[tuple[float, float, float]]:
    """Return (channels, width, height) of each block."""
    return [
        tuple(round(max(trace[axis]) - min(trace[axis]), 9) for axis in "xyz")
        for trace in drawn["data"]
        if trace["type"] == "mesh3d"
    ]


def test_blocks_are_to_scale():
    found = sizes(figure(design_of(preset("lecture-cnn")), (32, 32, 3)))
    assert found[:5] == [(3, 32, 32), (32, 32, 32), (32, 16, 16), (64, 16, 16), (64, 8, 8)]
    assert found[5][2] == 32 * LONGEST  # 4,096 numbers: cut
    assert found[-1][2] == 10


def test_blocks_with_square_roots():
    found = sizes(figure(design_of(preset("lecture-cnn")), (32, 32, 3), "root"))
    assert found[5][2] == 64  # the root of 4,096
    assert found[1] == pytest.approx((32**0.5,) * 3)


@pytest.mark.parametrize("scale", ["linear", "root"])
@pytest.mark.parametrize("name", NAMES)
def test_all_blocks_are_inside_the_picture(name, scale):
    """Seen from straight ahead, the view is as wide as the scene, and a length of 1 is half of the picture's height."""
    scene = figure(design_of(preset(name)), (32, 32, 3), scale)["layout"]["scene"]
    assert scene["aspectmode"] == "manual"
    x, y, z = (scene["aspectratio"][axis] for axis in "xyz")
    wide, high = 0.957 * x + 0.291 * y, 0.112 * x + 0.367 * y + 0.923 * z  # from the eye at (0.35, -1.15, 0.5)
    assert wide * 215 < 530
    assert high * 215 < 360
    assert wide * 215 > 500 or high * 215 > 340  # and nothing is smaller than necessary


def test_layers_that_hand_on_their_shape_are_drawn_if_asked():
    design = design_of(preset("residual"))
    assert len(sizes(figure(design, (32, 32, 3), every=True))) == 1 + sum(1 for _ in design.all())
    assert len(sizes(figure(design, (32, 32, 3)))) < 12


def test_no_block_lies_in_another():
    drawn = figure(design_of(preset("inception-like")), (32, 32, 3), every=True)
    meshes = [trace for trace in drawn["data"] if trace["type"] == "mesh3d"]
    for one, other in itertools.combinations(meshes, 2):
        apart = [max(one[axis]) <= min(other[axis]) or max(other[axis]) <= min(one[axis]) for axis in "xyz"]
        assert any(apart), (one["name"], other["name"])


KERAS = [style for style, of in STYLES.items() if of.framework == "tensorflow"]
TORCH = [style for style, of in STYLES.items() if of.framework == "torch"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("keras", KERAS)
@pytest.mark.parametrize("torch", TORCH)
def test_side_by_side_loses_no_line_and_pairs_layers(name, keras, torch):
    spec = preset(name)
    if why_not(spec, keras) or why_not(spec, torch):
        pytest.skip("a branch")
    left, right = (model_code(spec, (32, 32, 3), 10, style) for style in (keras, torch))
    blocks = side_by_side(left, right)
    assert [line for block in blocks for line in block.left] == list(left.lines)
    assert [line for block in blocks for line in block.right] == list(right.lines)
    met = [block for block in blocks if block.path is not None]
    for block in met:
        assert {line.path for line in (*block.left, *block.right)} == {block.path}
    if (keras, torch) == ("keras-list", "torch-sequential"):
        assert [block.path for block in met] == [str(n) for n in range(1, len(spec.layers) + 1)]


def test_a_layer_meets_its_use_and_not_only_its_making():
    spec = ModelSpec("x", (Flatten(), Dense(10)))
    blocks = side_by_side(model_code(spec, (4, 4, 1), 10, "keras-functional"), model_code(spec, (4, 4, 1), 10, "torch-module"))
    dense = next(block for block in blocks if block.path == "2")
    assert "self.dense1(x)" in dense.right[0].text
