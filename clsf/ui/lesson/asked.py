"""Runs the same job in both frameworks, for the pictures of lessons."""

from __future__ import annotations

import streamlit as st

from clsf import FRAMEWORKS
from clsf.errors import ClsfError
from clsf.ui.shared import asking
from clsf.ui.shared.text import plain
from clsf.words import Sentence

TIMEOUT = 60.0  # seconds; a small training takes a second or two, on a busy machine more


def both(job: str, *values: object, named: bool = True) -> dict[str, object]:
    """Return framework -> the job's result; one that can't be asked is left out, and the page shows why.

    `job` may hold {framework}; where `named` is true, the framework's name is the job's first argument.
    """

    def one(framework: str, service: object) -> object:
        given = (framework, *values) if named else values
        try:
            return asking.ask(framework, job.format(framework=framework), *given, small=True, service=service, timeout=TIMEOUT)
        except ClsfError as error:
            return error.sentence

    answers = asking.at_once(FRAMEWORKS, one)
    for problem in dict.fromkeys(answer for answer in answers.values() if isinstance(answer, Sentence)):
        st.info(plain(problem), icon=":material/hourglass_empty:")
    return {framework: answer for framework, answer in answers.items() if not isinstance(answer, Sentence)}
