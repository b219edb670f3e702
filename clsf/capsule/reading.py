"""The bytes of a capsule -> a fully checked run.

A capsule may come from anyone. Sizes are compared with what the model needs before anything is unpacked, JSON is read field
by field, arrays without pickle; files that do not belong there, and capsules of a newer program, are refused.
"""

from __future__ import annotations

import zipfile

from clsf import FRAMEWORKS, checks, losses
from clsf.backends.initial import weights_hash
from clsf.capsule import arrays, history, zips
from clsf.capsule.contents import ABOUT, FORMAT, HISTORY, MOST_NOTES, MOST_TEXT, VERSION, WEIGHTS, Capsule
from clsf.capsule.packed import Kind
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

KIND = Kind(
    CapsuleError, FORMAT, VERSION, KNOWN, (ABOUT, HISTORY),
    foreign=lambda name: CapsuleError("It holds the file {name}, which does not belong into a capsule.", name=name),
    missing=lambda name: CapsuleError("The file {name} is missing in it, so it is no capsule of this program.", name=name),
    other=lambda: CapsuleError("Its file {name} does not describe a capsule.", name=ABOUT),
)  # fmt: skip


def read(content: bytes) -> Capsule:
    """Return the run in a capsule. Raises CapsuleError with the reason if it is not one that this program can read."""
    try:
        return _read(content)
    except CapsuleError as error:
        raise CapsuleError("This capsule can't be opened. {why}", why=error.sentence) from error
    except ClsfError as error:  # an invalid model or plan
        raise CapsuleError("This capsule can't be opened. {why}", why=error.sentence) from error


def _read(content: bytes) -> Capsule:
    no_zip = CapsuleError("It is no zip archive. Choose a file whose name ends in .clsf.zip.")
    with KIND.opened(content, MOST_BYTES, no_zip) as archive:
        members = KIND.members(archive, (ABOUT, HISTORY, WEIGHTS).__contains__)
        about = KIND.json(zips.content(archive, members[ABOUT], MOST_ABOUT), ABOUT)
        values = _about(about)
        events = history.checked(
            KIND.json(zips.content(archive, members[HISTORY], MOST_HISTORY), HISTORY),
            values["framework"],
            values["input_shape"],
        )
        weights = _weights(archive, members.get(WEIGHTS), values, about.get("weights_hash"))
    return Capsule(events=events, weights=weights, **values)


def _about(data: object) -> dict:
    """Return the fields of a Capsule except events and weights."""
    data = KIND.head(data)
    checks.known(CapsuleError, say("framework"), data.get("framework"), FRAMEWORKS)
    shape, classes = data.get("input_shape"), data.get("classes")
    if not _is_shape(shape):
        raise CapsuleError(
            "Its input_shape is {value}, but must be height, width and 1 or 3 channels.", value=checks.shown(shape)
        )
    if not isinstance(classes, list) or not all(_is_text(c) for c in classes) or len(classes) > 10_000:
        raise CapsuleError("Its classes are no list of names.")
    created = KIND.time(data.get("created"))
    KIND.texts(data, (("machine", MOST_TEXT), ("group", MOST_TEXT), ("notes", MOST_NOTES)))
    versions = data.get("written_by")
    if not isinstance(versions, dict) or not all(_is_text(k) and _is_text(v) for k, v in versions.items()):
        raise CapsuleError("Its field {name} is no text of at most {most} characters.", name="written_by", most=MOST_TEXT)
    return {
        "framework": data["framework"],
        "model": ModelSpec.from_json(data.get("model")),
        "plan": Plan.from_json(data.get("plan")),
        "created": created,
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
    analysis = values["model"].analyse(values["input_shape"])  # also says whether the model is possible at all
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
