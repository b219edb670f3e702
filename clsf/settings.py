"""The settings that the host of the dashboard may change: limits and modes, from the environment or from .streamlit/clsf.toml."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from clsf import checks
from clsf.errors import EngineError
from clsf.words import say

FILE = Path(__file__).parents[1] / ".streamlit" / "clsf.toml"
"""Of this project, from wherever the program is started."""

PREFIX = "CLSF_"

MAX_SECONDS = 7 * 24 * 3600
SMALL_PARAMETERS = 2_000_000
SMALL_IMAGES = 20_000
"""Most of each on a host with little memory: with these a worker that trains on 32×32×3 stays below 1.2 GB."""

SMALL_HOST = ("auto", "on", "off")


@dataclass(frozen=True, slots=True)
class Settings:
    """The limits of this server. A name here is a key of clsf.toml and, with CLSF_ before it, a variable, which wins."""

    max_parameters: int = 20_000_000  # of a model that may be trained
    max_images: int = 100_000  # that one run may train on
    max_epochs: int = 1000  # of one run
    max_run_seconds: int = 7200  # of wall clock; then a run is ended, its weights and history kept. 0: no limit
    running_per_session: int = 1  # starts of one browser session that may train at once, where there are workers for it
    waiting_per_session: int = 3  # starts that may wait behind them; an experiment is one start
    waiting_in_all: int = 500  # starts of all sessions together that may wait
    upload_mb: int = 200  # of one upload
    reading_at_once: int = 2  # uploads that are read at the same time on the whole server; of one session one
    set_mb: int = 500  # that one own data set takes on the disk, unpacked
    sets_mb_per_session: int = 1000  # all own data sets of one browser
    sets_mb: int = 10_000  # all own data sets of all browsers
    held_mb_per_session: int = 400  # of uploaded files that one session keeps in memory
    held_mb: int = 2000  # that all sessions keep
    small_host: str = "auto"  # one worker process and one framework at a time: "auto" where memory is at most 2.7 GB

    def __post_init__(self) -> None:
        whole = checks.whole
        whole(EngineError, checks.field("max_parameters"), self.max_parameters, 1000, 10**12)
        whole(EngineError, checks.field("max_images"), self.max_images, 10, 10**9)
        whole(EngineError, checks.field("max_epochs"), self.max_epochs, 1, 10**6)
        whole(EngineError, checks.field("max_run_seconds"), self.max_run_seconds, 0, MAX_SECONDS)
        whole(EngineError, checks.field("running_per_session"), self.running_per_session, 1, 1000)
        whole(EngineError, checks.field("waiting_per_session"), self.waiting_per_session, 0, 1000)
        whole(EngineError, checks.field("waiting_in_all"), self.waiting_in_all, 1, 100_000)
        whole(EngineError, checks.field("reading_at_once"), self.reading_at_once, 1, 1000)
        for name in ("upload_mb", "set_mb", "sets_mb_per_session", "sets_mb", "held_mb_per_session", "held_mb"):
            whole(EngineError, checks.field(name), getattr(self, name), 1, 10**9)
        checks.known(EngineError, checks.field("small_host"), self.small_host, SMALL_HOST)

    def for_small_host(self) -> Settings:
        """Return the settings with the smaller limits of a host that has little memory."""
        return replace(
            self,
            max_parameters=min(self.max_parameters, SMALL_PARAMETERS),
            max_images=min(self.max_images, SMALL_IMAGES),
        )


def read(environment: Mapping[str, str] = os.environ, file: Path = FILE) -> Settings:
    """Return the settings in force.

    Raises EngineError, naming the file or variable, for an invalid value or an unknown name.
    """
    values = _from_file(file)
    for f in fields(Settings):
        text = environment.get(PREFIX + f.name.upper(), "").strip()
        if text:
            values[f.name] = text
    numbers = {f.name for f in fields(Settings) if isinstance(f.default, int)}
    return Settings(**{name: _number(name, value) if name in numbers else value for name, value in values.items()})


def folder(variable: str) -> Path | None:
    """Return the folder that CLSF_HOME or CLSF_DATA names, absolute, `~` being the user's own folder; None if it is not set.

    Raises EngineError if it names the folder of a user who does not exist.
    """
    text = os.environ.get(variable, "").strip()
    try:
        return Path(text).expanduser().absolute() if text else None
    except RuntimeError:
        raise EngineError(
            "{variable} is '{value}', but this machine has no such user. Write the folder out in full.",
            variable=variable, value=text[:200],
        ) from None  # fmt: skip


def _from_file(file: Path) -> dict[str, object]:
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise EngineError("The settings in {file} can't be read: {why}.", file=str(file), why=str(error)[:200]) from None
    known = [f.name for f in fields(Settings)]
    for name in table:
        checks.known(EngineError, say("setting in {file}", file=str(file)), name, known)
    return table


def _number(name: str, value: object) -> object:
    text = str(value).replace("_", "")
    return int(text) if isinstance(value, str) and text.isdecimal() else value
