"""A whole training script in PyTorch: data, model, loop, evaluation, saving. Twin of `clsf.code.tensorflow_script`."""

from __future__ import annotations

from clsf.code import alike, epochs, pieces, run_layers, torch_images, torch_loop
from clsf.code.assembly import assembled, joined
from clsf.code.job import Job
from clsf.code.model import SourceModel
from clsf.code.render import body_of
from clsf.model.spec import ModelSpec

IMPORTS = [
    "import math", "import time", "import numpy as np", "import torch", "import torch.nn.functional as F", "from torch import nn",
    "from torch.utils.data import DataLoader, TensorDataset",
]  # fmt: skip


def script(spec: ModelSpec, job: Job) -> str:
    """Return the script for a model that was checked against the plan."""
    plan, model = job.plan, SourceModel(spec, job.shape, job.plan, job.exact)
    norm = any(facts.role == "Batchwise" for facts in spec.analyse(job.shape).layers)
    sections = [
        ("Settings", pieces.settings(job) + "\n\n" + setup(job)),
        ("", pieces.data_helpers(job)),
        ("Draws of the run" if job.exact else "", alike.draws(job, model, "torch") if job.exact else ""),
        ("Data: uint8 images (count, height, width, channels) and their classes as whole numbers", pieces.data(job, "torch")),
        ("", torch_images.fit_images(job)),
        ("", pieces.split(job)),
        ("", pieces.standardise(job)),
        ("", torch_images.augment(job)),
        ("", torch_images.prepare(job)),
        ("", run_layers.layers(job, model, "torch") if job.exact else ""),
        ("", body_of(spec, job.shape, "torch-module", plan, job.exact).text + "model.to(device)\nprint(model)"),
        ("", alike.start(job, model, "torch") if job.exact else torch_loop.start(job)),
        ("", epochs.share(job)),
        ("Training", joined(torch_loop.objective(job), torch_loop.optimizer(job))),
        ("", torch_loop.loop(job, plan.variants["torch"], norm and not job.exact, model.masked("torch"))),
        ("Evaluation and saving", ending(job)),
    ]
    docstring = f"Train an image classifier in PyTorch.\n\nNeeds: pip install {' '.join(pieces.packages(job, 'torch'))}"
    own = [line.replace(", TensorDataset", "") for line in IMPORTS] if job.exact else IMPORTS
    return assembled(docstring, [*alike.IMPORTS, *own, *pieces.data_imports(job, "torch")], sections)


def setup(job: Job) -> str:
    rows = ["torch.manual_seed(SEED)"]
    if job.plan.dtype != "float32":
        rows.append(f"torch.set_default_dtype(torch.{job.plan.dtype})")
    device = '"cpu"' if job.plan.device == "cpu" else '"cuda" if torch.cuda.is_available() else "cpu"'
    return "\n".join([*rows, f"device = torch.device({device})"])


def ending(job: Job) -> str:
    rows = []
    if job.tests:
        rows += [
            "test_loss, test_accuracy = evaluate(x_test, y_test)",
            'print(f"test: loss {test_loss:.4f}, accuracy {test_accuracy:.3f}")',
        ]
    images = "x_test" if job.tests else "x_val"
    rows += [
        "",
        'torch.save(model.state_dict(), "model.pt")  # the weights; the class above is needed to use them',
        'model.load_state_dict(torch.load("model.pt", weights_only=True))',
        "model.eval()",
        "with torch.no_grad():",
        f"    outputs = model(prepare({images}[:4]))",
    ]
    answers = (
        f"(outputs[:, 0] > {0.5 if job.plan.probabilities else 0.0}).long()"
        if job.plan.loss_kind.one_output
        else "outputs.argmax(dim=1)"
    )
    return "\n".join([*rows, f'print("first classes:", {answers}.tolist())'])
