"""Asks the workers; repeated questions are answered from a cache, refusals are not cached."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import streamlit as st

from clsf import FRAMEWORKS
from clsf.data import private
from clsf.errors import ClsfError
from clsf.ui.shared import service_access
from clsf.ui.shared.text import plain
from clsf.words import Sentence

TIMEOUT = 20.0  # seconds; an answer takes milliseconds, unless a framework is being loaded or a data set made
PATIENT = 60.0  # a large data set may be prepared, a framework imported, or a small network trained


def ask(
    framework: str, function: str, *args: object, stamp: object = None, timeout: float = TIMEOUT, small: bool = False,
    service: object = None,
) -> object:  # fmt: skip
    """Return the result of a job, "module:function" in a worker. Raises ClsfError if no worker can be asked, or the job refuses.

    `stamp` is anything else that the answer depends on, such as a data set's checksum. `small` answers are cached longer.
    A thread has no reader, so it must pass the `service`, and may not pass names of data sets.
    """
    if service is None:
        private.require(args)  # an answer to one reader is not for all
    remembered = _small if small else _large
    return remembered(framework, function, digest((args, stamp)), args, timeout, service or service_access.get_service())


def ask_or_say(framework: str, function: str, *args: object, stamp: object = None) -> object | None:
    """Return the result of a job; None, with the reason on the page, if there is none. A large data set may be prepared for it."""
    try:
        return ask(framework, function, *args, stamp=stamp, timeout=PATIENT)
    except ClsfError as error:
        unanswered(error.sentence)
        return None


def unanswered(why: Sentence) -> None:
    """Show why there is no answer yet."""
    st.info(plain(why), icon=":material/hourglass_empty:")


def of_both(job: str, *args: object, named: bool = False) -> dict[str, object]:
    """Return framework -> the job's result, or the Sentence that says why there is none; both are asked at the same time.

    `job` may hold {framework}; where `named` is true, the framework's name is the job's first argument.
    """

    def one(framework: str, service: object) -> object:
        given = (framework, *args) if named else args
        try:
            return ask(framework, job.format(framework=framework), *given, small=True, service=service, timeout=PATIENT)
        except ClsfError as error:
            return error.sentence

    return at_once(FRAMEWORKS, one)


def both_or_say(job: str, *args: object, named: bool = False) -> dict[str, object]:
    """Return framework -> the job's result as `of_both`; one that can't be asked is left out, and the page shows why."""
    answers = of_both(job, *args, named=named)
    for why in dict.fromkeys(answer for answer in answers.values() if isinstance(answer, Sentence)):
        unanswered(why)
    return {framework: answer for framework, answer in answers.items() if not isinstance(answer, Sentence)}


def at_once(names: Iterable[str], one: Callable[[str, object], object]) -> dict[str, object]:
    """Return name -> the result of `one(name, service)`; all are asked at the same time."""
    names, service = tuple(names), service_access.get_service()  # threads have no Streamlit session
    with ThreadPoolExecutor(max_workers=max(len(names), 1)) as threads:
        answers = {name: threads.submit(one, name, service) for name in names}
    return {name: answer.result() for name, answer in answers.items()}


def digest(value: object) -> str:
    """Return a digest of plain values and arrays, nested."""
    fed = hashlib.blake2b(digest_size=16)
    _feed(fed, value)
    return fed.hexdigest()


def _feed(fed: object, value: object) -> None:
    if isinstance(value, np.ndarray):
        fed.update(f"{value.dtype}{value.shape}".encode())
        fed.update(np.ascontiguousarray(value).tobytes())
    elif isinstance(value, Mapping):
        for name, item in value.items():
            fed.update(f"{name}=".encode())
            _feed(fed, item)
    elif isinstance(value, list | tuple):
        fed.update(f"[{len(value)}]".encode())
        for item in value:
            _feed(fed, item)
    else:
        fed.update(repr(value).encode())


@st.cache_data(show_spinner=False, max_entries=200, ttl=24 * 3600)
def _large(framework: str, function: str, key: str, _args: tuple, _timeout: float, _service: object) -> object:
    return _service.call(framework, function, *_args, timeout=_timeout)


@st.cache_data(show_spinner=False, max_entries=2_000)
def _small(framework: str, function: str, key: str, _args: tuple, _timeout: float, _service: object) -> object:
    return _service.call(framework, function, *_args, timeout=_timeout)
