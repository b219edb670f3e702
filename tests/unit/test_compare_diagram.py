"""The first difference on the drawn model: every box has its verdict, the first difference a flag, and strange names stay text."""

from xml.etree import ElementTree

from clsf.charts.compare_diagram import in_words, marked
from clsf.charts.compare_lockstep import Cell, LayerRow
from clsf.charts.model_diagram import diagram
from clsf.model.branches import Residual
from clsf.model.edit import design_of
from clsf.model.edit_facts import design_facts
from clsf.model.layers import Conv2D, Dense, Flatten
from clsf.model.spec import ModelSpec

SPEC = ModelSpec('<b>"&', (Conv2D(4, padding="same"), Residual((Conv2D(4, padding="same"),)), Flatten(), Dense(10)))
PATHS = [facts.path for facts in SPEC.analyse((8, 8, 1)).layers]
EQUAL, APART, FIRST = Cell(1e-9), Cell(0.25, parted=True), Cell(0.5, parted=True, first=True)


def drawn(cells: dict[str, dict[str, Cell]]) -> ElementTree.Element:
    svg = diagram(design_facts(design_of(SPEC), (8, 8, 1)), lambda card: "", lambda kind: "weights", "Input", "Output")
    rows = [LayerRow("" if name in ("images", "logits", "loss") else name, name, (), 0, told) for name, told in cells.items()]
    return ElementTree.fromstring(marked(svg, rows))  # noqa: S314


def verdicts(root: ElementTree.Element) -> dict[str, str]:
    """Return the text next to each box, by path, or by name for input and output."""
    found = {}
    for group in root.iter("{http://www.w3.org/2000/svg}g"):
        text = [t.text for t in group if t.get("class") in ("right", "wrong")]
        if text:
            found[group.get("data-path") or group.findtext("{http://www.w3.org/2000/svg}text")] = " ".join(text)
    return found


def classes(root: ElementTree.Element, path: str) -> list[str]:
    return next(g.get("class") for g in root.iter("{http://www.w3.org/2000/svg}g") if g.get("data-path") == path).split()


def flags(root: ElementTree.Element) -> list[str]:
    return [g[1].text for g in root.iter("{http://www.w3.org/2000/svg}g") if g.get("class") == "flag"]


def test_every_layer_says_whether_it_is_equal():
    root = drawn({"images": {"forward": EQUAL}, **{path: {"forward": EQUAL} for path in PATHS}, "logits": {"forward": EQUAL}})
    assert verdicts(root) == {"Input": "↓✓", "Output": "↓✓", **dict.fromkeys(PATHS, "↓✓")}
    assert flags(root) == []


def test_the_first_parting_has_a_flag_and_later_ones_a_cross():
    inner = next(path for path in PATHS if "." in path)
    cells = {path: {"forward": EQUAL, "backward": EQUAL} for path in PATHS} | {
        inner: {"forward": EQUAL, "backward": FIRST},
        PATHS[0]: {"forward": EQUAL, "backward": APART},
    }
    root = drawn(cells)
    assert flags(root) == ["first difference: backward, 5.0e-01"]
    assert verdicts(root)[inner] == verdicts(root)[PATHS[0]] == "↓✓ ↑✗"
    assert [v for p, v in verdicts(root).items() if p not in (inner, PATHS[0])] == ["↓✓ ↑✓"] * (len(PATHS) - 2)
    assert {"late", "first"} <= set(classes(root, inner))
    assert "late" in classes(root, PATHS[0])
    assert "first" not in classes(root, PATHS[0])
    assert f"First difference: {inner}" in root.get("aria-label")


def test_a_loss_that_parts_stands_at_the_output():
    root = drawn({PATHS[-1]: {"forward": EQUAL}, "logits": {"forward": EQUAL}, "loss": {"forward": FIRST}})
    assert verdicts(root)["Output"] == "↓✗"
    assert flags(root) == ["first difference: forward, 5.0e-01"]


def test_what_was_not_compared_says_nothing():
    root = drawn({path: {"forward": Cell(None)} for path in PATHS})
    assert verdicts(root) == {}
    assert in_words([]) == "Nothing differs first here."
