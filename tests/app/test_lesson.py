"""Lessons in the dashboard: one step at a time, tasks checked by the session's data, progress that is restored."""

from __future__ import annotations

import pytest

from clsf.course import path
from clsf.course.progress import PART
from clsf.ui.shared import facts, identity
from tests.app.seen import texts

FIRST = "tensors-you-can-trust"


def kept(app, lab) -> dict:
    return lab.reached.all(identity.owner_of(app.session_state[identity.KEY]), PART)


def test_the_map_shows_every_lesson_and_where_to_begin(open_app):
    for lang in path.LANGUAGES:
        app = open_app(lang=lang)
        assert not app.exception
        links = " ".join(link.proto.label for link in app.get("page_link"))
        for lesson in path.path(lang).lessons:
            assert lesson.title in links
        assert path.path(lang).lessons[0].title in app.button(key="go_on").label


@pytest.mark.parametrize("lesson", [lesson.name for lesson in path.path("en").lessons])
def test_every_lesson_opens(open_app, lesson):
    app = open_app("lesson", lesson=lesson)
    assert not app.exception
    assert app.title[0].value == path.path("en").lesson(lesson).title.replace(":", "\\:")


def test_steps_that_are_read_are_kept_and_one_goes_on_there(open_app, lab):
    app = open_app("lesson", lesson=FIRST)
    assert "step 1 of" in texts(app)
    app.button(key="step_next").click().run()
    assert "step 2 of" in texts(app)
    assert list(kept(app, lab)) == [f"{FIRST}/box"]
    app.button(key="step_back").click().run()
    assert "step 1 of" in texts(app)


def test_a_text_is_kept_and_an_answer_to_compare_with_is_shown(open_app, lab):
    app = open_app("lesson", lesson=FIRST, step="words")
    app.text_area(key=f"text_{FIRST}_words").set_value("It is one memory.")
    next(button for button in app.button if button.label == "Keep it").click().run()
    assert kept(app, lab)[f"{FIRST}/words"]["answer"] == "It is one memory."
    assert "from_numpy" in texts(app)


def test_a_task_is_open_above_its_page_until_the_session_holds_what_it_asks_for(open_app, lab):
    app = open_app("lesson", lesson="build-one", step="build")
    assert "Nothing of this kind" in texts(app)
    app.button(key="open_page").click().run()
    assert app.button(key="course_back")
    app.button(key="course_close").click().run()
    assert "course_back" not in [button.key for button in app.button]
    told = {"name": "small", "parameters": 49_000, "layers": 5, "kinds": ("Conv2D", "Dense")}
    app.session_state["facts_told"] = {"model": [told]}
    app.switch_page("pages/lesson.py")
    app.query_params["lesson"], app.query_params["step"] = "build-one", "build"
    app.run()
    assert kept(app, lab)["build-one/build"]["right"] is True


def test_a_fault_is_fixed_when_the_reader_finds_it_no_more(open_app, lab):
    from clsf.course.fixing import planted

    case = planted("torch", "softmax-then-logits-loss")
    app = open_app("lesson", lesson="softmax-and-loss", step="fix")
    area = app.text_area(key="code_softmax-and-loss_fix")
    assert area.value == case.shown
    next(button for button in app.button if button.label == "Read it again").click().run()
    assert "Still there" in texts(app)
    app.text_area(key="code_softmax-and-loss_fix").set_value(case.healthy.text)
    next(button for button in app.button if button.label == "Read it again").click().run()
    assert "The fault is gone" in texts(app)
    assert "softmax-and-loss/fix" in kept(app, lab)


def test_nonsense_in_the_link_opens_a_lesson_all_the_same(open_app):
    app = open_app("lesson", lesson="no such", step="neither")
    assert not app.exception
    assert app.title[0].value == path.path("en").lessons[0].title


def test_every_page_says_what_next(open_app):
    from clsf.ui.next_page import NEXT, OWN_WAYS
    from clsf.ui.shared.navigation import PAGES

    assert {page.name for page in PAGES} == {*NEXT, *OWN_WAYS}
    assert "What next?" in texts(open_app("runs"))


def test_facts_have_the_names_that_tasks_ask_for():
    with pytest.raises(ValueError, match="no task asks for"):
        facts.tell("image", colour="red")
