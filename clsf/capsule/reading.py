"""The bytes of a capsule -> a run that was checked through and through.

A capsule may come from anybody. Sizes are compared with what the model needs before anything is unpacked, JSON is read field
by field, arrays without pickle; files that do not belong there, and capsules of a newer program, are refused.
"""

from __future__ import annotations

import zipfile

from clsf import FRAMEWORKS, checks, losses
from clsf.backends.initial import weights_hash
from clsf.capsule import arrays, history, zips
from clsf.capsule.contents import ABOUT, FORMAT, HISTORY, MOST_NOTES, MOST_TEXT, VERSION, WEIGHTS, Capsule
from clsf.errors import CapsuleError, ClsfError
from clsf.model.spec import ModelSpec
from clsf.plan import MAX_IMAGE_SIZE, Plan
from clsf.words import say, say_n

MOST_BYTES = 100_000_000  # of the whole file
MOST_ABOUT = 1_000_000
MOST_HISTORY = 100_000_000  # unpacked; a million steps take about 60 MB

KNOWN = {
    "format", "version", "written_by", "framework", "versions", "machine", "created", "group", "race", "input_shape", "classes",
    "model", "plan", "weights_hash", "notes",
}  # fmt: skip


def read(content: bytes) -> Capsule:
    """Return the run in a capsule. Raises CapsuleError with the reason if it is not one that this program can read."""
    try:
        return _read(content)
    except CapsuleError as error:
        raise CapsuleError("This capsule can't be opened. {why}", why=error.sentence) from error
    except ClsfError as error:  # a model or a plan that is none
        raise CapsuleError("This capsule can't be opened. {why}", why=error.sentence) from error


def _read(content: bytes) -> Capsule:
    if len(content) > MOST_BYTES:
        raise CapsuleError("It has more than {most} MB.", most=MOST_BYTES // 1_000_000)
    with _opened(content) as archive:
        members = _members(archive)
        about = _json(zips.content(archive, members[ABOUT], MOST_ABOUT), ABOUT)
        values = _about(about)
        events = history.checked(
            _json(zips.content(archive, members[HISTORY], MOST_HISTORY), HISTORY), values["framework"], values["input_shape"]
        )
        weights = _weights(archive, members.get(WEIGHTS), values, about.get("weights_hash"))
    return Capsule(events=events, weights=weights, **values)


def _opened(content: bytes) -> zipfile.ZipFile:
    try:
        return zips.opened(content)
    except zipfile.BadZipFile as error:
        raise CapsuleError("It is no zip archive. Choose a file whose name ends in .clsf.zip.") from error


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the members by name; there may be no others than ours, and each once."""
    found: dict[str, zipfile.ZipInfo] = {}
    for member in archive.infolist():
        if member.filename not in (ABOUT, HISTORY, WEIGHTS) or member.filename in found:
            raise CapsuleError(
                "It holds the file {name}, which does not belong into a capsule.", name=checks.shown(member.filename)
            )
        if member.flag_bits & 1 or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise CapsuleError("Its file {name} is encrypted or packed in an unusual way.", name=member.filename)
        found[member.filename] = member
    for name in (ABOUT, HISTORY):
        if name not in found:
            raise CapsuleError("The file {name} is missing in it, so it is no capsule of this program.", name=name)
    return found


def _json(content: bytes, name: str) -> object:
    try:
        return checks.json_of(CapsuleError, content, strict=True)
    except CapsuleError as error:
        raise CapsuleError("Its file {name} is not JSON. {why}", name=name, why=error.sentence) from error


def _about(data: object) -> dict:
    """Return the fields of a Capsule but events and weights."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise CapsuleError("Its file {name} does not describe a capsule.", name=ABOUT)
    version = data.get("version")
    if isinstance(version, int) and not isinstance(version, bool) and version > VERSION:
        raise CapsuleError(
            "It has version {version}, but this program reads up to version {own}: a newer one has written it. Update this program.",
            version=version, own=VERSION,
        )  # fmt: skip
    checks.one_of(CapsuleError, say("version"), version, (VERSION,))
    other = sorted(set(data) - KNOWN)
    if other:
        raise CapsuleError("It has the unknown field {name}.", name=checks.shown(other[0]))
    checks.known(CapsuleError, say("framework"), data.get("framework"), FRAMEWORKS)
    shape, classes = data.get("input_shape"), data.get("classes")
    if not _is_shape(shape):
        raise CapsuleError(
            "Its input_shape is {value}, but must be height, width and 1 or 3 channels.", value=checks.shown(shape)
        )
    if not isinstance(classes, list) or not all(_is_text(c) for c in classes) or len(classes) > 10_000:
        raise CapsuleError("Its classes are no list of names.")
    created = data.get("created")
    if isinstance(created, bool) or not isinstance(created, int | float) or not 0 <= created < 1e11:
        raise CapsuleError("Its time is {value}, but must be seconds since 1970.", value=checks.shown(created))
    for name, most in (("machine", MOST_TEXT), ("group", MOST_TEXT), ("notes", MOST_NOTES)):
        if not isinstance(data.get(name), str) or len(data[name]) > most:
            raise CapsuleError("Its field {name} is no text of at most {most} characters.", name=name, most=most)
    versions = data.get("written_by")
    if not isinstance(versions, dict) or not all(_is_text(k) and _is_text(v) for k, v in versions.items()):
        raise CapsuleError("Its field {name} is no text of at most {most} characters.", name="written_by", most=MOST_TEXT)
    return {
        "framework": data["framework"],
        "model": ModelSpec.from_json(data.get("model")),
        "plan": Plan.from_json(data.get("plan")),
        "created": float(created),
        "input_shape": tuple(shape),
        "classes": tuple(classes),
        "group": data["group"],
        "race": data.get("race") is True,
        "machine": "".join(c for c in data["machine"] if c.isprintable()),
        "notes": data["notes"],
        "program": dict(versions),
    }


def _is_shape(value: object) -> bool:
    whole = isinstance(value, list) and len(value) == 3 and all(isinstance(n, int) and not isinstance(n, bool) for n in value)
    return whole and 1 <= value[0] <= MAX_IMAGE_SIZE and 1 <= value[1] <= MAX_IMAGE_SIZE and value[2] in (1, 3)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= MOST_TEXT and value.isprintable()


def _weights(archive: zipfile.ZipFile, member: zipfile.ZipInfo | None, values: dict, told: object) -> dict | None:
    analysis = values["model"].analyse(values["input_shape"])  # also says whether the model can be at all
    classes = values["classes"]
    if classes and analysis.output_shape != (losses.outputs(values["plan"], len(classes)),):
        raise CapsuleError(
            say_n(
                "Its model ends in {shape}, but it names {count} class.",
                "Its model ends in {shape}, but it names {count} classes.",
                len(classes),
                shape=str(analysis.output_shape),
            )
        )
    if member is None:
        return None
    expected, dtype = analysis.named_weights(), values["plan"].dtype
    size = 8 if dtype == "float64" else 4
    content = zips.content(archive, member, min(arrays.most_bytes(expected, size), MOST_BYTES))
    weights = arrays.unpacked(content, expected, dtype)
    if weights_hash(weights) != told:
        raise CapsuleError(
            "Its weights are not those that were packed: their hash differs. The file was changed or is damaged."
        )
    return weights
