"""A state_dict from a file, as NumPy arrays. `torch.load` runs with weights_only: nothing but tensors and plain values is made."""

from __future__ import annotations

import io
import warnings

import numpy as np
import torch

INNER = ("state_dict", "model_state_dict", "model", "net", "weights")
"""Keys under which a checkpoint stores the state_dict among other things."""

Read = tuple[str, dict[str, np.ndarray] | str]


def read(content: bytes) -> Read:
    """Return ("state", name -> array), or the reason against it: ("pickle", why), ("damaged", why), ("other", type)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loaded = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception as error:  # whatever a hostile file makes it raise
        text = " ".join(str(error).split())
        if "TorchScript" in text:
            return "script", text[:200]
        kind = "pickle" if type(error).__name__ == "UnpicklingError" or "weights_only" in text.lower() else "damaged"
        return kind, text[:200]
    for name in ("", *INNER):
        state = loaded.get(name) if name and isinstance(loaded, dict) else loaded
        if isinstance(state, dict) and state and all(isinstance(v, torch.Tensor) for v in state.values()):
            return "state", {str(key): _plain(value) for key, value in state.items()}
    return "other", type(loaded).__name__


def of_safetensors(content: bytes) -> Read:
    """Return ("state", name -> array) of a safetensors file, or ("damaged", why)."""
    from safetensors.torch import load

    try:
        return "state", {str(key): _plain(value) for key, value in load(content).items()}
    except Exception as error:  # the library's own error, or memory
        return "damaged", " ".join(str(error).split())[:200]


def written(kind: str, state: dict[str, np.ndarray]) -> bytes:
    """Return a state_dict as the bytes of a file of `kind`, "pt" or "safetensors"."""
    tensors = {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in state.items()}
    if kind == "safetensors":
        from safetensors.torch import save

        return save(tensors)
    file = io.BytesIO()
    torch.save(tensors, file)
    return file.getvalue()


def _plain(tensor: torch.Tensor) -> np.ndarray:
    tensor = tensor.detach().to("cpu")
    if tensor.layout != torch.strided or tensor.is_quantized:
        tensor = tensor.dequantize() if tensor.is_quantized else tensor.to_dense()
    if tensor.dtype in (torch.float16, torch.bfloat16):
        tensor = tensor.float()
    return tensor.contiguous().numpy().copy()
