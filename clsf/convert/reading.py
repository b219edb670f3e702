"""Reads a model file inside a worker: its kind is found from its content, not from its name. Nothing in it is ever run."""

from __future__ import annotations

from importlib import import_module

import numpy as np

from clsf.convert import keras_file, onnx_file, zipped
from clsf.convert.net import MOST_WEIGHTS
from clsf.convert.values import Loaded
from clsf.errors import ConvertError

MOST_BYTES = 200_000_000
READ = ".keras, .onnx, .safetensors, .pt"
HDF5 = b"\x89HDF\r\n\x1a\n"


def kind_of(content: bytes, name: str) -> str:
    """Return "keras", "onnx", "safetensors" or "pt". Raises ConvertError for any other content."""
    if not content:
        raise ConvertError("The file {name} is empty. Choose another file.", name=name[:80])
    if len(content) > MOST_BYTES:
        raise ConvertError(
            "The file {name} has {size} MB; at most {most} MB are read.",
            name=name[:80],
            size=len(content) // 1_000_000,
            most=MOST_BYTES // 1_000_000,
        )
    suffix = name.rsplit(".", 1)[-1].lower()
    if content.startswith(HDF5) or suffix in ("h5", "hdf5"):
        raise ConvertError(
            "{name} is an HDF5 file, as older versions of Keras wrote them. Load it in Keras and save it with model.save('model.keras').",
            name=name[:80],
        )
    if content.startswith(b"PK"):
        _, members = zipped.members(content, "zip")
        if "config.json" in members or "model.weights.h5" in members or suffix == "keras":
            return "keras"
        if any(member.endswith("data.pkl") for member in members):
            return "pt"
    if suffix in ("keras", "onnx", "safetensors"):
        return suffix
    if suffix in ("pt", "pth", "bin", "ckpt"):
        return "pt"
    raise ConvertError("{name} is not one of the files that are read here: {kinds}.", name=name[:80], kinds=READ)


WORKERS = {"keras": "tensorflow", "onnx": "tensorflow", "pt": "torch", "safetensors": "torch"}
"""The framework whose worker reads a kind of file: PyTorch reads a state_dict and must never share a process with TensorFlow."""


def read(content: bytes, name: str) -> Loaded:
    """Return the contents of a file. Raises ConvertError with a readable sentence for any bad file."""
    kind = kind_of(content, name)
    try:
        if kind == "keras":
            return keras_file.read(content, name)
        if kind == "onnx":
            return onnx_file.read(content, name)
        return _state(content, name, kind)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError, OverflowError, RecursionError, MemoryError) as error:
        raise ConvertError(
            "{name} can't be read: it is not built as a {kind} file is ({why}). Save the model again.",
            name=name[:80], kind=kind, why=f"{type(error).__name__}: {error}"[:100],
        ) from error  # fmt: skip


def _state(content: bytes, name: str, kind: str) -> Loaded:
    if kind == "pt" and content.startswith(b"PK"):
        zipped.members(content, ".pt")  # sizes and names, before torch unpacks anything
    state = import_module(f"clsf.backends.{WORKERS[kind]}.state")
    told, arrays = state.of_safetensors(content) if kind == "safetensors" else state.read(content)
    match told:
        case "pickle":
            raise ConvertError(
                "{name} is a pickle with more than tensors in it ({why}). Opening it would run code, so it is not opened. Save the "
                "weights alone: torch.save(model.state_dict(), 'model.pt').",
                name=name[:80], why=arrays[:120],
            )  # fmt: skip
        case "script":
            raise ConvertError(
                "{name} is a TorchScript program, which is code. Save the weights alone: torch.save(model.state_dict(), 'model.pt').",
                name=name[:80],
            )
        case "damaged":
            raise ConvertError(
                "{name} is no {kind} file, or it is cut short ({why}). Save the weights again.",
                name=name[:80],
                kind=f".{kind}",
                why=arrays[:100],
            )
        case "other":
            raise ConvertError(
                "{name} holds a {type} and no state_dict. Save the weights alone: torch.save(model.state_dict(), 'model.pt').",
                name=name[:80],
                type=arrays,
            )
    total = sum(array.size for array in arrays.values())
    if total > MOST_WEIGHTS:
        raise ConvertError("The file has too many weights: at most {most} are read.", most=f"{MOST_WEIGHTS:,}")
    arrays = {key: array for key, array in arrays.items() if isinstance(array, np.ndarray)}
    return Loaded(kind, name, "torch", None, None, {}, {}, {}, state=arrays)
