"""The editor's designs: any request leaves a valid design or gives a sentence, and undo restores exactly"""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clsf.errors import SpecError
from clsf.model import edit_link, edit_steps
from clsf.model.advice import advice, ready
from clsf.model.branches import Parallel, Residual
from clsf.model.edit import OWN_ROW, Design, Place, design_of
from clsf.model.edit_actions import act
from clsf.model.edit_facts import design_facts
from clsf.model.edit_fields import fresh
from clsf.model.edit_history import STEPS, EditHistory
from clsf.model.fields import fields_of
from clsf.model.layers import ACTIVATIONS, Conv2D, Dense, Dropout, Flatten, MaxPool2D
from clsf.model.presets import NAMES, preset
from clsf.model.spec import KINDS, MAX_DEPTH, MAX_LAYERS, ModelSpec

MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
SHAPES = [(8, 8, 1), (28, 28, 1), (32, 32, 3), (3, 17, 5)]


def wishes() -> st.SearchStrategy[dict]:
    """Requests that a browser may send: mostly sensible, some with wrong numbers or types."""
    uid = st.integers(0, 14)
    place = st.lists(st.integers(-1, 5), min_size=3, max_size=3)
    value = st.one_of(
        st.integers(-1, 70), st.floats(0, 1), st.sampled_from([*ACTIVATIONS, "same", "valid", "x"]), st.booleans(), st.none(),
        st.sampled_from([10**13, 65_536, 2.0, [1], {}, "1e999", float("nan"), float("inf")]),
    )  # fmt: skip
    kind = st.sampled_from([*KINDS, "Conv3D", None, 3])
    field = st.sampled_from([*{f.name for kind in KINDS.values() for f in fields_of(kind)}, "layers", "__class__", 7])
    return st.one_of(
        st.builds(lambda p, k: {"do": "add", "place": p, "kind": k}, place, kind),
        st.builds(lambda u, f, v: {"do": "edit", "uid": u, "field": f, "value": v}, uid, field, value),
        st.builds(lambda u, s: {"do": "move", "uid": u, "step": s}, uid, st.sampled_from([-1, 1, 1, -1, 0, "up"])),
        st.builds(lambda u, p: {"do": "drop", "uid": u, "place": p}, uid, place),
        st.builds(lambda d, u: {"do": d, "uid": u}, st.sampled_from(["remove", "duplicate", "branch"]), uid),
        st.builds(lambda u, o: {"do": "switch", "uid": u, "off": o}, uid, st.sampled_from([True, False, 1])),
        st.builds(lambda u, r: {"do": "unbranch", "uid": u, "row": r}, uid, st.integers(-1, 4)),
        st.builds(lambda n: {"do": "rename", "name": n}, st.sampled_from(["my net", "", "x" * 61, None, "<b>é</b>"])),
        st.builds(lambda d: {"do": d}, st.sampled_from(["undo", "redo", "fly", None])),
        st.builds(
            lambda a, u, n: {"do": "mend", "advice": a, "uid": u, "number": n},
            st.sampled_from(["broken", "last-layer", "softmax", "no-non-linearity"]), st.one_of(uid, st.none()), st.integers(-1, 3),
        ),
        st.sampled_from([None, [], "undo", 5, {}]),
    )  # fmt: skip


def well(design: Design, shape: tuple) -> None:
    """Check everything that must always be true of a design."""
    uids = [card.uid for card in design.all()]
    assert len(uids) == len(set(uids))
    assert all(0 < uid < design.next_uid for uid in uids)
    assert len(uids) <= MAX_LAYERS
    assert all(design.depth(owner) <= MAX_DEPTH for owner, _, _ in design.all_rows())
    assert all(
        len(card.rows) == {"Residual": 2, "Block": 1}.get(card.kind, len(card.rows))
        and (card.kind == "Block" or len(card.rows) >= 2)
        for card in design.all()
        if card.branching
    )
    # Its model, with and without the layers that are switched off, can be read by all other code.
    for with_off in (True, False):
        spec = design.spec(with_off)
        assert ModelSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec
    seen = design_facts(design, shape)
    assert set(seen.cards) == set(uids)
    try:
        analysis = design.spec().analyse(shape)
    except SpecError:
        assert seen.broken()
        assert seen.output_shape is None
    else:
        assert not seen.broken()
        assert seen.output_shape == analysis.output_shape
        assert (seen.parameters, seen.trainable, seen.multiply_adds) == (
            analysis.parameters, analysis.trainable, analysis.multiply_adds,
        )  # fmt: skip
        facts = {one.path: one for one in analysis.layers}
        for card in design.all():
            mine = seen.cards[card.uid]
            if mine.path is not None:
                theirs = facts[mine.path]
                assert (mine.in_shape, mine.out_shape, mine.receptive_field) == (
                    theirs.in_shape,
                    theirs.out_shape,
                    theirs.receptive_field,
                )
    said = advice(seen, 10, 32)
    assert {one.uid for one in said if one.level == "broken"} == set(seen.broken())
    for one in said:
        assert str(one.said)
        assert one.uid is None or one.uid in seen.cards
    if ready(seen, said):
        design.spec().check(shape, 10)


def same(one: Design, other: Design) -> bool:
    """Return whether two designs are equal; the numbers of their cards may differ."""
    return edit_link.to_data(one) == edit_link.to_data(other)


@MANY
@given(st.lists(wishes(), max_size=25), st.sampled_from(SHAPES), st.sampled_from([*NAMES, ""]))
def test_any_sequence_of_wishes_leaves_a_valid_design_or_a_sentence(asked, shape, start):
    history = EditHistory(design_of(preset(start)) if start else Design("empty"))
    refused: list[str] = []
    for wish in asked:
        before = history
        try:
            history = act(history, wish, shape, 10)
        except SpecError as error:
            refused.append(str(error))
            continue
        if history.now != before.now and wish["do"] not in ("undo", "redo"):
            assert history.undone().now == before.now
            assert history.undone().redone() == history
    well(history.now, shape)
    assert all(refused)


@MANY
@given(st.lists(wishes(), max_size=15), st.sampled_from(SHAPES))
def test_links_and_json_bring_back_the_same_design(asked, shape):
    history = EditHistory(design_of(preset("inception-like")))
    for wish in asked:
        try:
            history = act(history, wish, shape, 10)
        except SpecError:
            continue
    design = history.now
    assert same(edit_link.from_text(edit_link.to_text(design), shape), design)
    link = edit_link.to_link(design)
    assert link is not None
    assert same(edit_link.from_link(link, shape), design)
    # Other code reads the model in the file without the layers that are switched off.
    assert ModelSpec.from_text(edit_link.to_text(design)) == design.spec()


@MANY
@given(st.lists(wishes(), max_size=12), st.sampled_from(SHAPES), st.sampled_from(NAMES))
def test_what_is_offered_mends(asked, shape, start):
    history = EditHistory(design_of(preset(start)))
    for wish in asked:
        try:
            history = act(history, wish, shape, 10)
        except SpecError:
            continue
    seen = design_facts(history.now, shape)
    for one in advice(seen, 10):
        for number, mend in enumerate(one.mends):
            after = act(history, {"do": "mend", "advice": one.name, "uid": one.uid, "number": number}, shape, 10).now
            assert after == mend.design
            still = [(x.name, x.uid) for x in advice(design_facts(after, shape), 10)]
            if one.level == "broken":
                assert (one.name, one.uid) not in still
        if one.level == "broken":
            assert one.mends


def test_twenty_steps_can_be_taken_back_and_taken_again():
    history = EditHistory(Design("empty"))
    designs = [history.now]
    for _ in range(25):
        history = act(history, {"do": "add", "place": [0, 0, 0], "kind": "Activation"}, (8, 8, 1), 10)
        designs.append(history.now)
    for back in range(STEPS):
        assert history.now == designs[25 - back]
        history = history.undone()
    assert history.now == designs[5]
    assert history.undone() is history
    for forth in range(STEPS):
        history = history.redone()
        assert history.now == designs[6 + forth]
    assert history.redone() is history


def test_another_step_ends_what_could_be_taken_again():
    history = act(EditHistory(Design("empty")), {"do": "add", "place": [0, 0, 0], "kind": "Flatten"}, (8, 8, 1), 10).undone()
    history = act(history, {"do": "add", "place": [0, 0, 0], "kind": "Dense"}, (8, 8, 1), 10)
    assert not history.after
    assert [card.kind for card in history.now.cards] == ["Dense"]


def kinds(row) -> str:
    return " ".join(card.kind for card in row)


def test_moving_at_the_end_of_an_inner_row_steps_out_of_it():
    design = design_of(ModelSpec("x", (Conv2D(4), Residual((Conv2D(4, padding="same"), Dropout(0.1))))))
    dropout = next(card for card in design.all() if card.kind == "Dropout")
    down = edit_steps.move(design, dropout.uid, 1)
    assert kinds(down.cards) == "Conv2D Residual Dropout"
    up = edit_steps.move(edit_steps.move(design, dropout.uid, -1), dropout.uid, -1)
    assert kinds(up.cards) == "Conv2D Dropout Residual"
    assert edit_steps.move(design, design.cards[0].uid, -1) == design


def test_a_card_can_be_dropped_into_a_branch_but_not_into_itself():
    design = design_of(ModelSpec("x", (Conv2D(4), Parallel(((), ())))))
    conv, parallel = design.cards
    inside = edit_steps.move_to(design, conv.uid, Place(parallel.uid, 1, 0))
    assert kinds(inside.cards) == "Parallel"
    assert kinds(inside.cards[0].rows[1]) == "Conv2D"
    with pytest.raises(SpecError, match="into itself"):
        edit_steps.move_to(design, parallel.uid, Place(parallel.uid, 0, 0))


def test_positions_are_counted_before_the_card_is_taken_out():
    design = design_of(ModelSpec("x", (Flatten(), Dense(3), Dropout(0.1))))
    moved = edit_steps.move_to(design, design.cards[0].uid, Place(OWN_ROW, 0, 3))
    assert kinds(moved.cards) == "Dense Dropout Flatten"
    assert edit_steps.move_to(design, design.cards[1].uid, Place(OWN_ROW, 0, 2)) == design


def test_a_copy_has_numbers_of_its_own():
    design = design_of(preset("residual"))
    copied = edit_steps.duplicate(design, design.cards[3].uid)
    assert kinds(copied.cards[3:5]) == "Residual Residual"
    assert copied.cards[3].spec() == copied.cards[4].spec()
    assert len({card.uid for card in copied.all()}) == sum(1 for _ in copied.all())


def test_branches_lie_at_most_as_deep_as_a_model_may():
    design = Design("x")
    place = Place(OWN_ROW, 0, 0)
    for _ in range(MAX_DEPTH):
        design = edit_steps.add(design, place, Residual(()))
        place = Place(design.next_uid - 1, 0, 0)
    assert edit_steps.add(design, place, Flatten())
    with pytest.raises(SpecError, match="more than 4 deep"):
        edit_steps.add(design, place, Residual(()))
    ModelSpec.from_json(design.spec().to_json())


def test_a_model_has_at_most_so_many_layers():
    design = design_of(ModelSpec("x", (Dropout(0.1),) * MAX_LAYERS))
    with pytest.raises(SpecError, match="more than 500 layers"):
        edit_steps.duplicate(design, design.cards[0].uid)


def test_a_layer_that_is_switched_off_is_left_out_and_comes_back():
    design = design_of(preset("lecture-cnn"))
    dropout = design.cards[6]
    off = edit_steps.switch(design, dropout.uid, True)
    assert off.spec().layers == tuple(x for x in preset("lecture-cnn").layers if not isinstance(x, Dropout))
    assert design_facts(off, (32, 32, 3)).cards[dropout.uid].state == "off"
    assert design_facts(off, (32, 32, 3)).cards[design.cards[7].uid].path == "7"
    assert edit_steps.switch(off, dropout.uid, False) == design


def test_after_a_card_that_does_not_fit_the_others_wait_but_other_branches_go_on():
    design = design_of(ModelSpec("x", (Parallel(((Conv2D(4, 9), MaxPool2D()), (Conv2D(4),))), Flatten(), Dense(10))))
    seen = design_facts(design, (8, 8, 1))
    assert [facts.state for facts in seen.cards.values()] == ["inside", "broken", "waits", "fits", "waits", "waits"]
    assert str(next(f.problem for f in seen.cards.values() if f.state == "broken")).startswith("a 9×9 kernel does not fit")


def test_both_refusals_of_keras_are_told_when_a_field_is_changed():
    design = design_of(ModelSpec("x", (Conv2D(4, strides=2),)))
    with pytest.raises(SpecError, match="dilation_rate is 2, but Keras refuses both"):
        edit_steps.edit(design, 1, dilation_rate=2)


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("shape", [(28, 28, 1), (1, 1, 8), (40,)])
def test_a_new_layer_fits_where_it_can(kind, shape):
    """Layers for images can't follow flat vectors; everything else can be inserted without an error."""
    design = edit_steps.add(Design("x"), Place(OWN_ROW, 0, 0), fresh(kind, shape))
    images_only = kind not in (
        "Dense",
        "Flatten",
        "Activation",
        "Dropout",
        "BatchNorm",
        "Residual",
        "Multiply",
        "Block",
        "Reshape",
        "LayerNormalization",
        "GroupNormalization",
        "PReLU",
    )
    vectors_only = kind == "Dense"
    fits = not (images_only if len(shape) == 1 else vectors_only)
    assert (not design_facts(design, shape).broken()) == fits


def test_the_numbers_of_the_lecture():
    seen = design_facts(design_of(preset("lecture-cnn")), (32, 32, 3))
    assert [facts.parameters for facts in seen.own] == [896, 0, 18_496, 0, 0, 409_700, 0, 1_010]
    assert seen.parameters == 430_102
    # 32·32·32 + 16·16·32 + 16·16·64 + 8·8·64 + 4096 + 100 + 100 + 10
    assert seen.outputs == 32_768 + 8_192 + 16_384 + 4_096 + 4_096 + 100 + 100 + 10
