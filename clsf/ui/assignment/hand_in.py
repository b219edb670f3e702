"""The file that a student hands in: answers, what was checked, and runs as capsules."""

from __future__ import annotations

import hashlib

import streamlit as st

from clsf.charts.style import STYLES
from clsf.course.progress import PART
from clsf.runs.database import home
from clsf.runs.record import RunRecord
from clsf.teaching import handin, seal
from clsf.teaching.assignment import Assignment, broken_locks
from clsf.ui.shared import assigned, capsules, facts, identity, language, reached, units
from clsf.ui.shared.downloads import download
from clsf.ui.shared.text import plain, t

MOST_SHOWN = 12


def show(assignment: Assignment) -> None:
    """Show who hands in, which run, and the button for the file."""
    st.subheader(t("Hand in"), anchor=False)
    left, right = st.columns(2)
    if "handin_name" not in st.session_state and assigned.joined():
        st.session_state["handin_name"] = assigned.called()
    name = left.text_input(
        t("Your name"), key="handin_name", max_chars=handin.MOST_NAME, persist_state="session", on_change=_called,
        help=t("In a class, your teacher sees it beside your steps. Leave it empty to stay without a name there."),
    )  # fmt: skip
    number = right.text_input(
        t("Student number, login or e-mail"), key="handin_number", max_chars=handin.MOST_NAME, persist_state="session",
        help=t("What your learning platform knows you by. It stays in the file."),
    )  # fmt: skip
    runs = _runs(assignment)
    # Read the session's values now, because the file is made by a thread without a session.
    done, browser, key = _answered(assignment), _browser(), seal.secret(home())

    def packed() -> bytes:
        capsules_of = [capsules.packed(record, "") for record in runs]
        return handin.write(assignment, name or "", number or "", *done, capsules_of, key, browser)

    download(
        t("Save the file"), packed, handin.file_name(assignment, name or ""), "handin_file", type="primary",
        disabled=not (name or number or "").strip(),
    )  # fmt: skip
    if not (name or number or "").strip():
        st.caption(t("Type your name or number first, so that your teacher knows whose file it is."))
    st.caption(t("The file holds your answers, what was checked and the chosen runs. It is data; nothing in it is run."))


def _browser() -> str:
    """Return the stand-in for the browser's key in the file; it can't be used to find the reader's runs."""
    return hashlib.sha256(f"handin {identity.known()}".encode()).hexdigest()[:16] if identity.known() else ""


def _called() -> None:
    assigned.call(st.session_state.get("handin_name") or "")


def _runs(assignment: Assignment) -> list[RunRecord]:
    """Show which runs are included: by default those that reach the goal."""
    ended = [(record, values) for record, values in facts.runs() if record.over and record.ended is not None]
    offered = ended[::-1][:MOST_SHOWN]
    if not offered:
        if assignment.goal:
            st.caption(t("You have no run yet to hand in."))
        return []
    names = {record.run_id: _name(record) for record, _ in offered}
    good = [record.run_id for record, values in offered if assigned.reaches(assignment, record, values)][:1]
    with st.expander(t("Runs in the file"), icon=":material/inventory_2:", expanded=bool(assignment.goal)):
        chosen = st.multiselect(
            t("Runs"), list(names), default=good, key=f"handin_runs_{assignment.key}_{len(good)}", format_func=lambda run: names.get(run, run),
            max_selections=handin.MOST_RUNS, label_visibility="collapsed", placeholder=t("Choose runs"),
        )  # fmt: skip
    taken = [record for record, _ in offered if record.run_id in chosen]
    for record in taken:
        for said in broken_locks(assignment, record):
            st.caption(f":material/lock: {plain(said)}")
    return taken


def _name(record: RunRecord) -> str:
    said = units.share(record.final.validation_accuracy if record.final else None)
    return f"{record.model.name} · {STYLES[record.framework].title} · {record.plan.data} · {said}"


def _answered(assignment: Assignment) -> tuple[dict, dict, dict[str, bool]]:
    """Return the answers in the assignment's lessons, the work on its case, and the dashboard's checks of both."""
    lessons, _ = assignment.lessons_in(language.chosen())
    wanted = {f"{lesson.name}/{step.name}" for lesson in lessons for step in lesson.steps}
    answers = {key: dict(row) for key, row in reached.all_of(PART).items() if key in wanted}
    case = assignment.buglab
    buglab = {key: dict(row) for key, row in reached.all_of("buglab").items() if case is not None and key == case.code}
    said = {key: bool(row["right"]) for key, row in answers.items() if "right" in row}
    if assignment.check is not None:
        said["goal"] = assigned.goal_reached(assignment)
    return answers, buglab, said
