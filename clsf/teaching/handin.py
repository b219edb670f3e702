"""A hand-in: one student's work on an assignment as one zip file, without code.

    handin.json        the assignment, the name that was typed, the answers, what the dashboard said of them
    run-1.clsf.zip …   runs as capsules: JSON and .npz
    seal.json          sums of the files before, signed by the dashboard (clsf.teaching.seal)

Nothing in it is trusted: sizes are compared before anything is unpacked, JSON is read field by field.
"""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from clsf import __version__
from clsf import capsule as capsules
from clsf.capsule import Capsule, zips
from clsf.capsule.packed import Kind
from clsf.errors import ClsfError, TeachingError
from clsf.teaching import seal
from clsf.teaching.assignment import Assignment

FORMAT, VERSION = "clsf-handin", 1
ABOUT, SEAL = "handin.json", "seal.json"
SUFFIX = ".handin.zip"

MOST_BYTES = 60_000_000  # of the whole file
MOST_ABOUT = 4_000_000
MOST_RUNS = 4
MOST_NAME = 80
MOST_ANSWERS = 3_000
DATE = (1980, 1, 1, 0, 0, 0)
"""Of every member, so that equal contents make equal files."""

_RUN = re.compile(r"run-([1-9])\.clsf\.zip\Z")
KNOWN = {"format", "version", "program", "assignment", "name", "number", "made", "answers", "buglab", "said", "browser"}

KIND = Kind(
    TeachingError, FORMAT, VERSION, KNOWN, (ABOUT, SEAL),
    foreign=lambda name: TeachingError("It holds the file {name}, which does not belong into a hand-in.", name=name),
    missing=lambda name: TeachingError("The file {name} is missing in it, so it is no hand-in of this program.", name=name),
    other=lambda: TeachingError("Its file {name} does not describe a hand-in.", name=ABOUT),
)  # fmt: skip

Rows = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True, eq=False)
class HandIn:
    """What a hand-in says, checked for its form; whether it is right is asked in clsf.teaching.grading."""

    assignment: Assignment
    name: str
    number: str  # a student number, login or e-mail address, as it was typed; "" for none
    made: float  # Unix time
    answers: Rows  # "lesson/step" -> row of progress
    buglab: Rows  # code of a case -> row
    said: Mapping[str, bool]  # task -> whether the dashboard said that it is right
    runs: tuple[Capsule, ...] = ()
    browser: str = ""  # stands for the browser's key: the same for two files of one student
    sealed: bool = False  # by this dashboard; a seal that does not fit is an error
    files: Mapping[str, int] = field(default_factory=dict)  # name -> bytes


def write(
    assignment: Assignment, name: str, number: str, answers: Rows, buglab: Rows, said: Mapping[str, bool], runs: Sequence[bytes],
    key: bytes, browser: str = "",
) -> bytes:  # fmt: skip
    """Return the file. `runs` are capsules; `key` is this dashboard's secret. Raises TeachingError if something is too large."""
    if len(runs) > MOST_RUNS:
        raise TeachingError(
            "The chosen runs are too many: {count}. At most {most} are handed in.", count=len(runs), most=MOST_RUNS
        )
    about = {
        "format": FORMAT, "version": VERSION, "program": __version__, "assignment": assignment.to_json(), "name": tidy(name),
        "number": tidy(number), "made": round(time.time(), 1), "answers": answers, "buglab": buglab, "said": said,
        "browser": browser,
    }  # fmt: skip
    files = {ABOUT: json.dumps(about, ensure_ascii=False, indent=1).encode()}
    files |= {f"run-{number}.clsf.zip": content for number, content in enumerate(runs, start=1)}
    files[SEAL] = json.dumps(seal.sealed(files, key), indent=1).encode()
    if sum(map(len, files.values())) > MOST_BYTES:
        raise TeachingError("The runs are larger than {most} MB together. Hand in fewer of them.", most=MOST_BYTES // 1_000_000)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for member, content in files.items():
            info = zipfile.ZipInfo(member, DATE)
            info.compress_type = zipfile.ZIP_STORED if member.endswith(".zip") else zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return file.getvalue()


def tidy(text: object) -> str:
    """Return a typed name as one line of at most MOST_NAME letters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
    return line.encode("utf-8", "ignore").decode()[:MOST_NAME]


def file_name(assignment: Assignment, name: str) -> str:
    """Return a name for the file: who hands in what, without signs that a file system minds."""
    return (re.sub(r"[^\w-]+", "-", f"{assignment.title}-{tidy(name) or 'handin'}").strip("-")[:80] or "handin") + SUFFIX


def read(content: bytes, key: bytes) -> HandIn:
    """Return what is in a file. Raises TeachingError with the reason for what was changed, is damaged, newer or no hand-in."""
    try:
        return _read(content, key)
    except ClsfError as error:
        raise TeachingError("This hand-in can't be graded. {why}", why=error.sentence) from error


def _read(content: bytes, key: bytes) -> HandIn:
    no_zip = TeachingError("It is no zip archive, or a part of it is missing. Ask for the file again.")
    with KIND.opened(content, MOST_BYTES, no_zip) as archive:
        files = _files(archive)
    values = _about(KIND.json(files[ABOUT], ABOUT))
    whole, sealed = seal.compare(KIND.json(files.pop(SEAL), SEAL), files, key)
    if not whole:
        raise TeachingError("It was changed after the dashboard wrote it: its seal does not fit. Ask for the original file.")
    runs = tuple(capsules.read(files[name]) for name in sorted(files) if name != ABOUT)
    return HandIn(runs=runs, sealed=sealed, files={name: len(each) for name, each in files.items()}, **values)


def _files(archive: zipfile.ZipFile) -> dict[str, bytes]:
    members = KIND.members(archive, lambda name: name in (ABOUT, SEAL) or _RUN.match(name) is not None)
    if len(members) > MOST_RUNS + 2:
        raise TeachingError("It holds too many runs; at most {most} are read.", most=MOST_RUNS)
    contents: dict[str, bytes] = {}
    left = MOST_BYTES
    for name, member in members.items():
        contents[name] = zips.content(archive, member, min(left, MOST_ABOUT) if name in (ABOUT, SEAL) else left)
        left -= len(contents[name])
    return contents


def _about(data: object) -> dict:
    data = KIND.head(data)
    KIND.texts(data, ((name, MOST_NAME) for name in ("name", "number", "browser")))
    made = KIND.time(data.get("made"))
    said = data.get("said")
    if not isinstance(said, dict) or not all(isinstance(value, bool) for value in said.values()):
        raise TeachingError("Its field {name} is not as a dashboard writes it.", name="said")
    return {
        "assignment": Assignment.from_json(data.get("assignment")),
        "name": tidy(data["name"]), "number": tidy(data["number"]), "browser": data["browser"], "made": made,
        "answers": _rows(data, "answers"), "buglab": _rows(data, "buglab"), "said": said,
    }  # fmt: skip


def _rows(data: dict, name: str) -> Rows:
    rows = data.get(name)
    fits = isinstance(rows, dict) and len(rows) <= MOST_ANSWERS and all(isinstance(row, dict) for row in rows.values())
    if not fits or any(len(key) > 200 for key in rows):
        raise TeachingError("Its field {name} is not as a dashboard writes it.", name=name)
    return rows
