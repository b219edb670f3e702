"""Messages for programs without a model that can be read."""

from __future__ import annotations

from clsf.reader.program import Program
from clsf.words import Sentence, say


def no_model(program: Program) -> Sentence:
    """Return why there is no model, and what to do."""
    if program.source.broken:
        line, why = program.source.broken[0]
        return say("Line {line} is no Python: {reason}", line=line, reason=why)
    imports = {name.partition(".")[0] for name in program.machine.imports}
    text = program.source.text
    if "tensorflow" in imports and ("tf.Session" in text or "placeholder(" in text or "tf.compat.v1" in text):
        return say(
            "This program builds a graph of TensorFlow 1 by hand. Programs with Keras layers or PyTorch modules are read here."
        )
    if imports & {"jax", "flax", "haiku", "equinox"}:
        return say("This program uses JAX. Programs in Keras and PyTorch are read here.")
    if imports & {"mxnet", "paddle", "theano", "lasagne", "chainer", "caffe", "caffe2", "mindspore", "fastai"}:
        name = sorted(imports & {"mxnet", "paddle", "theano", "lasagne", "chainer", "caffe", "caffe2", "mindspore", "fastai"})[
            0
        ]
        return say("This program uses {name}. Programs in Keras and PyTorch are read here.", name=name)
    if imports & {"sklearn", "xgboost", "lightgbm"} and not imports & {"torch", "keras", "tensorflow"}:
        return say("This program uses scikit-learn, not a neural network of Keras or PyTorch. Those are read here.")
    if imports & {"torch", "keras", "tensorflow"}:
        return say("No model was found in it. Paste also the lines that build one: Sequential, Model, or a class of nn.Module.")
    return say("It holds no Keras or PyTorch model. Paste the whole program, with its imports.")
