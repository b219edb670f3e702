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

from clsf import __version__, checks
from clsf import capsule as capsules
from clsf.capsule import Capsule, zips
from clsf.errors import ClsfError, TeachingError
from clsf.teaching import seal
from clsf.teaching.assignment import Assignment
from clsf.words import say

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
    if len(content) > MOST_BYTES:
        raise TeachingError("It has more than {most} MB.", most=MOST_BYTES // 1_000_000)
    try:
        archive = zips.opened(content)
    except zipfile.BadZipFile:
        raise TeachingError("It is no zip archive, or a part of it is missing. Ask for the file again.") from None
    with archive:
        files = _files(archive)
    values = _about(_json(files[ABOUT], ABOUT))
    whole, sealed = seal.compare(_json(files.pop(SEAL), SEAL), files, key)
    if not whole:
        raise TeachingError("It was changed after the dashboard wrote it: its seal does not fit. Ask for the original file.")
    runs = tuple(capsules.read(files[name]) for name in sorted(files) if name != ABOUT)
    return HandIn(runs=runs, sealed=sealed, files={name: len(each) for name, each in files.items()}, **values)


def _files(archive: zipfile.ZipFile) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    members = archive.infolist()
    left = MOST_BYTES
    for member in members:
        name = member.filename
        run = _RUN.match(name)
        if (name not in (ABOUT, SEAL) and run is None) or name in contents:
            raise TeachingError("It holds the file {name}, which does not belong into a hand-in.", name=checks.shown(name))
        if member.flag_bits & 1 or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise TeachingError("Its file {name} is encrypted or packed in an unusual way.", name=name)
        if sum(_RUN.match(other.filename) is not None for other in members) > MOST_RUNS:
            raise TeachingError("It holds too many runs; at most {most} are read.", most=MOST_RUNS)
        contents[name] = zips.content(archive, member, min(left, MOST_ABOUT) if run is None else left)
        left -= len(contents[name])
    for name in (ABOUT, SEAL):
        if name not in contents:
            raise TeachingError("The file {name} is missing in it, so it is no hand-in of this program.", name=name)
    return contents


def _json(content: bytes, name: str) -> object:
    try:
        return checks.json_of(TeachingError, content, strict=True)
    except TeachingError as error:
        raise TeachingError("Its file {name} is not JSON. {why}", name=name, why=error.sentence) from error


def _about(data: object) -> dict:
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise TeachingError("Its file {name} does not describe a hand-in.", name=ABOUT)
    version = data.get("version")
    if isinstance(version, int) and not isinstance(version, bool) and version > VERSION:
        raise TeachingError(
            "It has version {version}, but this program reads up to version {own}: a newer one has written it. Update this program.",
            version=version, own=VERSION,
        )  # fmt: skip
    checks.one_of(TeachingError, say("version"), version, (VERSION,))
    other = sorted(set(data) - KNOWN)
    if other:
        raise TeachingError("It has the unknown field {name}.", name=checks.shown(other[0]))
    for name in ("name", "number", "browser"):
        if not isinstance(data.get(name), str) or len(data[name]) > MOST_NAME:
            raise TeachingError("Its field {name} is no text of at most {most} characters.", name=name, most=MOST_NAME)
    made = data.get("made")
    if isinstance(made, bool) or not isinstance(made, int | float) or not 0 <= made < 1e11:
        raise TeachingError("Its time is {value}, but must be seconds since 1970.", value=checks.shown(made))
    said = data.get("said")
    if not isinstance(said, dict) or not all(isinstance(value, bool) for value in said.values()):
        raise TeachingError("Its field {name} is not as a dashboard writes it.", name="said")
    return {
        "assignment": Assignment.from_json(data.get("assignment")),
        "name": tidy(data["name"]), "number": tidy(data["number"]), "browser": data["browser"], "made": float(made),
        "answers": _rows(data, "answers"), "buglab": _rows(data, "buglab"), "said": said,
    }  # fmt: skip


def _rows(data: dict, name: str) -> Rows:
    rows = data.get(name)
    fits = isinstance(rows, dict) and len(rows) <= MOST_ANSWERS and all(isinstance(row, dict) for row in rows.values())
    if not fits or any(len(key) > 200 for key in rows):
        raise TeachingError("Its field {name} is not as a dashboard writes it.", name=name)
    return rows
