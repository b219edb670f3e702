"""Asking both frameworks the same job, as the pictures of lessons do."""

from __future__ import annotations

import streamlit as st

from clsf import FRAMEWORKS
from clsf.errors import ClsfError
from clsf.ui.shared import asking
from clsf.ui.shared.text import plain
from clsf.words import Sentence

TIMEOUT = 60.0  # seconds; a small training takes a second or two, on a busy machine more


def both(job: str, *values: object, named: bool = True) -> dict[str, object]:
    """Return framework -> what the job says there; why one can't be asked is said on the page, and it is left out.

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
