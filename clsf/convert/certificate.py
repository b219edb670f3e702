"""The parity certificate of an exported file: the difference of its scores from the model's on real images, and its origin."""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

import numpy as np

from clsf import __version__
from clsf.backends.base import Weights
from clsf.convert.lab import OTHER, SECONDS, ConversionService
from clsf.convert.lab import images as images_of
from clsf.convert.values import Loaded
from clsf.data.resize import fitted
from clsf.data.sources import open_dataset
from clsf.predict.values import ModelRequest
from clsf.words import Sentence, say, say_n

VERSION = 1
IMAGES = 16
FLOAT32 = 1e-3
"""Share of the largest score that rounding in float32 explains; a larger difference is reported as more than rounding."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """The measured values. Differences are the largest over all images and classes, in units of a score."""

    file: str
    kind: str
    bytes: int
    sha256: str  # of the file
    model: str
    model_sha256: str  # of the model's JSON
    weights_sha256: str  # of all arrays, by name
    data: str
    images: int
    images_sha256: str
    framework: str
    dtype: str
    loaded_by: str
    largest_logit: float
    largest_logit_difference: float  # between the model and the file as it was loaded again
    largest_difference_between_frameworks: float | None  # between the model in both frameworks, with the same weights
    versions: dict[str, str] = field(default_factory=dict)
    certificate: int = VERSION

    @property
    def equal(self) -> bool:
        """Whether the difference is rounding."""
        return self.largest_logit_difference <= FLOAT32 * max(self.largest_logit, 1.0)


def measured(
    service: ConversionService,
    request: ModelRequest,
    weights: Weights,
    kind: str,
    content: bytes,
    name: str,
    pixels: np.ndarray,
    data: str,
) -> Certificate:
    """Load an exported file again and compare its scores with the model's. `pixels`: uint8 (n, h, w, c). Raises EngineError."""
    framework = request.framework
    ours, versions = service.call(framework, "clsf.convert.parity:scores", request, weights, pixels, timeout=SECONDS)
    again, by = service.call(framework, "clsf.convert.parity:of_file", request, weights, kind, content, pixels, timeout=SECONDS)
    between = None
    other = OTHER[framework]
    if other not in getattr(service, "missing", ()):
        there, more = service.call(
            other,
            "clsf.convert.parity:scores",
            ModelRequest(**{**_fields(request), "framework": other}),
            weights,
            pixels,
            timeout=SECONDS,
        )
        between, versions = float(np.abs(ours - there).max()), {**more, **versions}
    return Certificate(
        file=name, kind=kind, bytes=len(content), sha256=hashlib.sha256(content).hexdigest(), model=str(request.model.get("name")),
        model_sha256=_sha(json.dumps(request.model, sort_keys=True).encode()),
        weights_sha256=_sha(*(part for n in sorted(weights) for part in (n.encode(), np.ascontiguousarray(weights[n]).tobytes()))),
        data=data, images=len(pixels), images_sha256=_sha(np.ascontiguousarray(pixels).tobytes()), framework=framework,
        dtype=str(request.plan.get("dtype")), loaded_by=by, largest_logit=float(np.abs(ours).max()),
        largest_logit_difference=float(np.abs(ours - again).max()), largest_difference_between_frameworks=between,
        versions={"clsf": __version__, **versions},
    )  # fmt: skip


def of_file(service: ConversionService, content: bytes, name: str, loaded: Loaded, data: str) -> Certificate:
    """Return the certificate of a file that the conversion lab has converted from another."""
    from clsf.convert import mending

    kind = name.rsplit(".", 1)[-1]
    request = mending.request_of(loaded, mending.WRITERS[kind])
    return measured(service, request, mending.float32(loaded.weights), kind, content, name, images_of(data, loaded), data)


def of_run(
    service: ConversionService, request: ModelRequest, weights: Weights, kind: str, content: bytes, name: str, data: str
) -> Certificate:
    """Return the certificate of a run's exported file, on images of the run's data set."""
    dataset = open_dataset(data)
    part = dataset.test if dataset.test is not None and len(dataset.test) else dataset.train
    places = np.linspace(0, len(part) - 1, min(IMAGES, len(part))).astype(int)
    pixels = np.ascontiguousarray(fitted(np.asarray(part.pixels[places]), request.shape))
    return measured(service, request, weights, kind, content, name, pixels, data)


def _fields(request: ModelRequest) -> dict:
    return {name: getattr(request, name) for name in ModelRequest.__slots__}


def _sha(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def as_json(told: Certificate) -> str:
    """Return the certificate as JSON."""
    return json.dumps(asdict(told) | {"equal": told.equal}, indent=2, ensure_ascii=False) + "\n"


def sentence(told: Certificate) -> Sentence:
    """Return the result in one sentence."""
    values = {
        "file": told.file, "difference": f"{told.largest_logit_difference:.1e}", "images": told.images, "largest": f"{told.largest_logit:.3g}",
    }  # fmt: skip
    if told.equal:
        return say_n(
            "{file} says the same as the model: on {images} image the largest difference of a score is {difference}.",
            "{file} says the same as the model: on {images} images the largest difference of a score is {difference}.",
            told.images, **values,
        )  # fmt: skip
    return say_n(
        "{file} does not say the same as the model: on {images} image a score differs by {difference}, where the largest score is {largest}.",
        "{file} does not say the same as the model: on {images} images a score differs by {difference}, where the largest score is {largest}.",
        told.images, **values,
    )  # fmt: skip


def as_page(told: Certificate, words: Callable[[Sentence], str]) -> str:
    """Return the certificate as a small self-contained HTML page; `words` translates a sentence into the reader's language."""
    rows = [
        (say("File"), told.file), (say("Model"), told.model), (say("Largest difference of a score"), f"{told.largest_logit_difference:.3e}"),
        (say("Between the frameworks"), "–" if told.largest_difference_between_frameworks is None else f"{told.largest_difference_between_frameworks:.3e}"),
        (say("Images"), f"{told.images} · {told.data}"), (say("Loaded again by"), told.loaded_by), (say("Numbers"), told.dtype),
        (say("Versions"), ", ".join(f"{name} {version}" for name, version in told.versions.items())),
        (say("SHA-256 of the file"), told.sha256), (say("SHA-256 of the model"), told.model_sha256), (say("SHA-256 of the weights"), told.weights_sha256),
    ]  # fmt: skip
    body = "".join(f"<tr><th>{html.escape(words(name))}</th><td>{html.escape(value)}</td></tr>" for name, value in rows)
    title = html.escape(words(say("Parity certificate")))
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
        "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}"
        "th{text-align:left;vertical-align:top;padding:.3rem 1rem .3rem 0;font-weight:600}td{padding:.3rem 0;word-break:break-all}"
        ".yes{border-left:4px solid #2a7f3f;padding-left:1rem}.no{border-left:4px solid #b3261e;padding-left:1rem}"
        "@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#14161a}}</style></head>"
        f'<body><h1>{title}</h1><p class="{"yes" if told.equal else "no"}">{html.escape(words(sentence(told)))}</p><table>{body}</table></body></html>\n'
    )
