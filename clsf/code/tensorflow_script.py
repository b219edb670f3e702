"""A whole training script in Keras and TensorFlow: data, model, loop, evaluation, saving. Twin of `clsf.code.torch_script`."""

from __future__ import annotations

from clsf.code import alike, epochs, pieces, run_layers, tensorflow_images, tensorflow_loop
from clsf.code.assembly import assembled, joined
from clsf.code.job import Job
from clsf.code.model import SourceModel
from clsf.code.render import body_of
from clsf.code.rows import branching
from clsf.code.tensorflow_loop import encoded_labels
from clsf.model.spec import ModelSpec

IMPORTS = [
    "import math",
    "import time",
    "import keras",
    "import numpy as np",
    "import tensorflow as tf",
    "from keras import layers",
]


def script(spec: ModelSpec, job: Job) -> str:
    """Return the script for a model that was checked against the plan."""
    plan, model = job.plan, SourceModel(spec, job.shape, job.plan, job.exact)
    style = "keras-functional" if job.exact or branching(spec.layers) else "keras-sequential"
    sections = [
        ("Settings", pieces.settings(job) + "\n\n" + setup(job)),
        ("", pieces.data_helpers(job)),
        ("Draws of the run" if job.exact else "", alike.draws(job, model, "tensorflow") if job.exact else ""),
        (
            "Data: uint8 images (count, height, width, channels) and their classes as whole numbers",
            pieces.data(job, "tensorflow"),
        ),
        ("", tensorflow_images.fit_images(job)),
        ("", pieces.split(job)),
        ("", pieces.standardise(job)),
        ("", tensorflow_images.augment(job)),
        ("", tensorflow_images.prepare(job)),
        ("", run_layers.layers(job, model, "tensorflow") if job.exact else ""),
        ("", body_of(spec, job.shape, style, plan, job.exact).text + "model.summary()"),
        ("", alike.start(job, model, "tensorflow") if job.exact else tensorflow_loop.start(job)),
        ("", epochs.share(job)),
        ("Training", joined(tensorflow_loop.objective(job), _narrow(job) + tensorflow_loop.optimizer(job))),
        ("", tensorflow_loop.loop(job, plan.variants["tensorflow"], model.masked("tensorflow"))),
        ("Evaluation and saving", ending(job)),
    ]
    docstring = f"Train an image classifier in Keras.\n\nNeeds: pip install {' '.join(pieces.packages(job, 'tensorflow'))}"
    return assembled(docstring, [*alike.IMPORTS, *IMPORTS, *pieces.data_imports(job, "tensorflow")], sections)


def setup(job: Job) -> str:
    rows = ["keras.utils.set_random_seed(SEED)  # Python's, NumPy's and TensorFlow's random numbers"]
    if job.plan.dtype != "float32":
        rows.append(f'keras.config.set_floatx("{job.plan.dtype}")')
    if job.plan.mixed:
        rows.append('keras.mixed_precision.set_global_policy("mixed_bfloat16")  # layers compute in bfloat16')
    if job.plan.device == "cpu":
        rows.append('tf.config.set_visible_devices([], "GPU")  # before the first operation')
    else:
        rows += [
            'for gpu in tf.config.list_physical_devices("GPU"):  # before the first operation',
            "    tf.config.experimental.set_memory_growth(gpu, True)  # else TensorFlow takes all memory",
        ]
    return "\n".join(rows)


def _narrow(job: Job) -> str:
    """Return the line that has Keras' optimizer keep its numbers in float32, as it does in a run in float64."""
    if not job.exact or job.plan.dtype == "float32":
        return ""
    return 'keras.config.set_floatx("float32")  # layers and loss are made; the optimizer is as in the run\n'


def ending(job: Job) -> str:
    rows = []
    if job.tests:
        if job.plan.variants["tensorflow"] == "fit":
            rows += [
                "test_data = tf.data.Dataset.from_tensor_slices((x_test, y_test)).batch(256)",
                f"test_data = test_data.map(lambda x, y: (prepare(x), {encoded_labels(job, 'y')}))",
                "test_loss, test_accuracy = model.evaluate(test_data, verbose=0)",
            ]
        else:
            rows.append("test_loss, test_accuracy = evaluate(x_test, y_test)")
        rows.append('print(f"test: loss {test_loss:.4f}, accuracy {test_accuracy:.3f}")')
    images = "x_test" if job.tests else "x_val"
    rows += [
        "",
        'model.save("model.keras")  # layers and weights in one file',
        'again = keras.models.load_model("model.keras")',
        f"outputs = again(prepare({images}[:4]), training=False)",
    ]
    return "\n".join([*rows, f'print("first classes:", {_classes(job)})'])


def _classes(job: Job) -> str:
    if job.plan.loss_kind.one_output:
        return f"np.asarray(outputs[:, 0] > {0.5 if job.plan.probabilities else 0.0}, int)"
    return "np.argmax(outputs, axis=1)"
