"""A plain process with one framework and without clsf: opens exported files and saves their outputs.

python predict_alone.py FOLDER: in each folder inside, reads inputs.npy (n, height, width, channels) and writes said-<ending>.npy
for each model in it.
"""

import sys
from pathlib import Path

import numpy as np


def main(folder: Path) -> None:
    for path in sorted(folder.glob("*/model.*")):
        inputs = np.load(path.parent / "inputs.npy")
        reader = {".keras": keras, ".pt": torch_weights, ".safetensors": torch_weights, ".onnx": onnx, ".tflite": tflite}.get(
            path.suffix
        )
        if reader is not None:
            np.save(path.parent / f"said-{path.suffix[1:]}.npy", reader(path, inputs))
    assert not any(name.partition(".")[0] == "clsf" for name in sys.modules)


def keras(path: Path, inputs: np.ndarray) -> np.ndarray:
    import keras

    code = (path.parent / "model.py").read_text()
    if "register_keras_serializable" in code:  # a layer that Keras lacks: its class is in the code next to the file
        exec(code, {})  # noqa: S102
    return keras.models.load_model(path).predict(inputs, verbose=0)


def torch_weights(path: Path, inputs: np.ndarray) -> np.ndarray:
    import torch

    if path.suffix == ".pt":
        state = torch.load(path, weights_only=True)
    else:
        from safetensors.torch import load_file

        state = load_file(path)
    scope: dict = {}
    torch.set_default_dtype(torch.float32)  # the source sets a different one where needed
    exec((path.parent / "model.py").read_text(), scope)  # noqa: S102  the code that is offered beside the file
    model = scope["model"]
    model.load_state_dict(state)
    model.eval()
    with torch.no_grad():
        return model(torch.from_numpy(np.moveaxis(inputs, 3, 1).copy())).numpy()


def onnx(path: Path, inputs: np.ndarray) -> np.ndarray:
    import onnxruntime

    session = onnxruntime.InferenceSession(path)
    given = session.get_inputs()[0]
    if given.shape[1:] != list(inputs.shape[1:]):
        inputs = np.moveaxis(inputs, 3, 1).copy()
    return session.run(None, {given.name: inputs})[0]


def tflite(path: Path, inputs: np.ndarray) -> np.ndarray:
    import tensorflow as tf

    runs = tf.lite.Interpreter(str(path))
    runs.allocate_tensors()
    takes, gives = runs.get_input_details()[0]["index"], runs.get_output_details()[0]["index"]
    said = []
    for image in inputs:  # the file takes one image at a time
        runs.set_tensor(takes, image[None])
        runs.invoke()
        said.append(runs.get_tensor(gives)[0].copy())
    return np.stack(said)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
