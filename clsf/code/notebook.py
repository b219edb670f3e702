"""A notebook with the same model in both frameworks; its last cell checks that they are the same.

The notebook's own process has TensorFlow; PyTorch runs in a second one, because both can't share one. Images, weights and
outputs are passed as .npz files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from clsf import losses
from clsf.code import (
    epochs,
    pieces,
    run_layers,
    tensorflow_images,
    tensorflow_loop,
    tensorflow_script,
    torch_images,
    torch_loop,
    torch_script,
)
from clsf.code.assembly import assembled, joined
from clsf.code.job import Job
from clsf.code.model import SourceModel
from clsf.code.render import body_of
from clsf.code.whole import check_written
from clsf.model.shapes import shape_text
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.schedule_kinds import SCHEDULE_KINDS
from clsf.words import Sentence, say

TORCH_FILE = "train_torch.py"
COMPARED = 64  # images


def notebook(
    spec: ModelSpec,
    plan: Plan,
    words: Callable[[Sentence], str] = str,
    changed: tuple[tuple[int, float], ...] = (),
    happened: Iterable[Sentence] = (),
) -> bytes:
    """Return a Jupyter notebook, format 4, as UTF-8. `words` translates its text; the code is the same in all languages.

    `changed` and `happened`: of a run, as for `clsf.code.whole.script`.

    Raises SpecError, PlanError or DataError where a run of the same plan would.
    """
    import nbformat

    check_written(plan)
    job = Job(plan, changed if plan.plateau is None else ())
    spec = losses.fitted(spec, plan, job.classes)
    losses.check(spec, plan, job.shape, job.classes)
    model = SourceModel(spec, job.shape, plan)
    cells = []
    for number, (kind, text) in enumerate(_cells(spec, model, job, words, tuple(happened)), start=1):
        make = nbformat.v4.new_markdown_cell if kind == "text" else nbformat.v4.new_code_cell
        cells.append(make(text.strip("\n"), id=f"cell-{number}"))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    made = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
    nbformat.validate(made)
    return (nbformat.writes(made) + "\n").encode()


def _cells(
    spec: ModelSpec, model: SourceModel, job: Job, words: Callable[[Sentence], str], happened: tuple[Sentence, ...]
) -> list[tuple[str, str]]:
    plan = job.plan
    needed = sorted({"torch", "tensorflow", *(p for p in pieces.packages(job, "tensorflow") if p != "tensorflow")})
    return [
        ("text", "# " + words(say("One model in Keras and in PyTorch"))),
        ("text", words(say(
            "{shape} images, {classes} classes, {parameters} parameters. Keras learns in this notebook, PyTorch in a process of its "
            "own: the two libraries can't share one. At the end the same weights must give the same outputs in both.\n\n"
            "Needs: {packages}",
            shape=shape_text(job.shape), classes=job.classes, parameters=f"{model.analysis.parameters:,}",
            packages=f"`pip install {' '.join(needed)}`",
        ))),
        *_told(happened, job, words),
        ("code", _imports(job)),
        ("text", "## " + words(say("Settings"))),
        ("code", pieces.settings(job) + "\n\n" + tensorflow_script.setup(job)),
        ("text", "## " + words(say("The images")) + "\n\n" + words(say(
            "Both frameworks get exactly the same images: they are split here, by NumPy, and saved in one file."
        ))),
        ("code", _data(job)),
        ("text", "## Keras"),
        ("code", joined(joined(pieces.standardise(job), tensorflow_images.augment(job), "\n\n"), tensorflow_images.prepare(job), "\n\n")),
        ("code", body_of(spec, job.shape, "keras-functional", plan).text + "model.summary()"),
        ("text", words(say(
            "The first weights are saved, so that PyTorch can begin with the same. Keras keeps a convolution's kernel as (height, "
            "width, in, out) and a dense kernel as (in, out)."
        ))),
        ("code", joined(tensorflow_loop.start(job), _keras_weights(), "\n\n")),
        ("code", _joined(epochs.share(job), tensorflow_loop.objective(job), tensorflow_loop.optimizer(job))),
        ("code", joined(
            "rng = np.random.default_rng(SEED)  # the batches; PyTorch begins with the same numbers",
            tensorflow_loop.loop(job, plan.variants["tensorflow"]).strip("\n"), "\n\n",
        )),
        ("code", 'save_weights("keras_trained.npz")\nkeras_trained = answers(x_check)'),
        ("text", "## PyTorch\n\n" + words(say(
            "The next cell writes a script. It loads Keras' weights into its own layers, turned into PyTorch's layout, first those "
            "that Keras began with, then those that it learned, and notes the outputs. Then it learns by itself, from the same first weights."
        ))),
        ("code", f"%%writefile {TORCH_FILE}\n" + torch_file(spec, model, job)),
        ("code", f'done = subprocess.run([sys.executable, "{TORCH_FILE}"], capture_output=True, text=True)\n'
                 "print(done.stdout, done.stderr[-2000:])\ndone.check_returncode()"),
        ("text", "## " + words(say("Are they the same?")) + "\n\n" + words(say(
            "The outputs differ by rounding only: float32 keeps about seven digits, and the two add up in another order. After training, "
            "each by itself, they differ more: every step's rounding moves the next, and each framework draws its own dropout."
        ))),
        ("code", _parity(job)),
    ]  # fmt: skip


def _told(happened: tuple[Sentence, ...], job: Job, words: Callable[[Sentence], str]) -> list[tuple[str, str]]:
    """Return a cell that lists what the run did beyond its plan, or nothing."""
    if not happened:
        return []
    # As code, so that nothing in them is read as Markdown: a run may come from a capsule.
    rows = "\n".join("".join(c for c in words(said) if c.isprintable() and c != "`") for said in happened)
    what = (
        say("This notebook repeats the changes of the learning rate by hand, and nothing else of this.")
        if job.changed
        else say("This notebook repeats nothing of this.")
    )
    return [("text", f"{words(say('The run was not only what its settings say:'))}\n\n```text\n{rows}\n```\n\n{words(what)}")]


def _joined(*parts: str) -> str:
    text = ""
    for part in parts:
        text = joined(text, part)
    return text


def _imports(job: Job) -> str:
    standard = ["import math"] if SCHEDULE_KINDS[job.plan.schedule.kind].math else []
    standard += ["import subprocess", "import sys"]
    standard += [] if job.plan.variants["tensorflow"] == "fit" else ["import time"]
    others = ["import keras", "import numpy as np", "import tensorflow as tf", "from keras import layers"]
    extra = [line for line in pieces.data_imports(job, "tensorflow") if line not in others]
    return "\n".join([*standard, "", *others, *extra])


def _data(job: Job) -> str:
    names = ["x_train", "y_train", "x_val", "y_val", *(["x_test", "y_test"] if job.tests else [])]
    text = joined(pieces.data_helpers(job), pieces.data(job, "tensorflow"), "\n\n")
    for part in (tensorflow_images.fit_images(job), pieces.split(job)):
        text = joined(text, part, "\n\n")
    saved = "\n".join(["np.savez(", '    "images.npz",', *(f"    {name}={name}," for name in names), ")"])
    return f"{text}\n\n{saved}\nx_check = x_val[:{COMPARED}]  # what both are asked about"


def _keras_weights() -> str:
    return '''def save_weights(path):
    """Every array by the names of its layer and its role, such as "conv1.kernel"."""
    found = {f"{layer.name}.{v.name}": v.numpy() for layer in model.layers for v in layer.weights}
    np.savez(path, **found)


def answers(images):
    """What the model says of images, outside of training."""
    starts = range(0, len(images), 256)
    return np.concatenate([model(prepare(images[i : i + 256]), training=False) for i in starts])


save_weights("keras_start.npz")
keras_start = answers(x_check)'''


def torch_file(spec: ModelSpec, model: SourceModel, job: Job) -> str:
    """Return the script that the notebook runs in a second process."""
    plan = job.plan
    names = ["x_train", "y_train", "x_val", "y_val", *(["x_test", "y_test"] if job.tests else [])]
    images = "x_test" if job.tests else "x_val"
    load = "\n".join(
        [
            'with np.load("images.npz") as file:',
            *(f'    {name} = file["{name}"]' for name in names),
            f"x_check = x_val[:{COMPARED}]",
        ]
    )
    norm = any(facts.role == "Batchwise" for facts in model.analysis.layers)
    sections = [
        ("", pieces.settings(job) + "\n\n" + torch_script.setup(job)),
        ("", load),
        ("", pieces.standardise(job)),
        ("", torch_images.augment(job)),
        ("", torch_images.prepare(job)),
        ("", body_of(spec, job.shape, "torch-module", plan).text + "model.to(device)"),
        ("", _load_weights(model)),
        ("", "\n".join(
            [
                'load_keras_weights("keras_trained.npz")', "trained = answers(x_check)", "",
                'load_keras_weights("keras_start.npz")', "start = answers(x_check)",
            ]
        )),
        ("Training, from the same first weights", epochs.share(job)),
        ("", joined(torch_loop.objective(job), torch_loop.optimizer(job))),
        ("", "rng = np.random.default_rng(SEED)  # the same batches as in Keras"),
        ("", torch_loop.loop(job, plan.variants["torch"], norm)),
        ("", f'np.savez("torch.npz", start=start, trained=trained, own=answers({images}))'),
    ]  # fmt: skip
    return assembled("The PyTorch half of the notebook.", torch_script.IMPORTS, sections)


def _load_weights(model: SourceModel) -> str:
    return (
        run_layers.put_torch(model)
        + '''


def load_keras_weights(path):
    """Copy Keras' arrays into the layers of the same names."""
    with np.load(path) as file:
        for key in file.files:
            put(*key.split("."), file[key])


@torch.no_grad()
def answers(images):
    """What the model says of images, outside of training."""
    model.eval()
    starts = range(0, len(images), 256)
    return torch.cat([model(prepare(images[i : i + 256])) for i in starts]).cpu().numpy()'''
    )


def _parity(job: Job) -> str:
    images, labels = ("x_test", "y_test") if job.tests else ("x_val", "y_val")
    right = "outputs.argmax(axis=1)"
    if job.plan.loss_kind.one_output:
        right = f"(outputs[:, 0] > {0.5 if job.plan.probabilities else 0.0}).astype(int)"
    return f"""with np.load("torch.npz") as file:
    torch_start, torch_trained, torch_own = file["start"], file["trained"], file["own"]

# A GPU may multiply with fewer digits than float32 has.
close = 1e-2 if tf.config.list_physical_devices("GPU") else 1e-4
for name, ours, theirs in [
    ("before training", keras_start, torch_start),
    ("after Keras' training", keras_trained, torch_trained),
]:
    difference = np.abs(ours - theirs).max()
    print(f"{{name}}: outputs up to {{np.abs(ours).max():.3f}}, largest difference {{difference:.2e}}")
    assert difference <= close * max(1, np.abs(ours).max()), "the two models are not the same"

for name, outputs in [("Keras", answers({images})), ("PyTorch", torch_own)]:
    print(f"{{name}}, trained by itself: accuracy {{({right} == {labels}).mean():.3f}}")"""
