"""TensorFlow's graph of a model, for TensorBoard: a job for a TensorFlow worker."""

from __future__ import annotations

import numpy as np

from clsf import backends
from clsf.backends.initial import initial_weights
from clsf.data.images import Prepared
from clsf.model.changes import changed
from clsf.model.spec import ModelSpec
from clsf.plan import Plan


def graph_of(model: dict, plan: dict, shape: list[int]) -> bytes:
    """Return the forward pass of a model (JSON) on images of `shape` (height, width, channels), a serialized GraphDef."""
    spec, how = ModelSpec.from_json(model), Plan.from_json(plan).but(variants={"tensorflow": "graph"}, device="cpu")
    analysis = spec.analyse(tuple(shape))
    classes = max(analysis.output_shape[0], 2)
    one = np.zeros(1, np.int64)
    names = tuple(str(n) for n in range(classes))
    channels = shape[2]
    prepared = Prepared(np.zeros((1, *shape), np.uint8), one, names, one, one, np.zeros(channels), np.ones(channels))
    weights = initial_weights(analysis, how.start, how.seed, how.dtype)
    return backends.load("tensorflow").build(changed(spec, how.differences), how, prepared, weights).graph()
