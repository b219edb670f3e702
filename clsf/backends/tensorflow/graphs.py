"""Lets graphs go that nobody uses any more, which TensorFlow keeps for ever."""

from __future__ import annotations

import weakref

from tensorflow.python.framework import ops


class _GradientsOfLiveGraphs(dict):
    """TensorFlow's registry of gradients, in which those that belong to a graph live as long as it."""

    def __setitem__(self, name: str, entry: dict) -> None:
        if name.startswith("CustomGradient-"):
            graph = ops.get_default_graph()
            graph.clsf_gradients = [*getattr(graph, "clsf_gradients", ()), entry["type"]]
            entry = entry | {"type": weakref.proxy(entry["type"], lambda _: self.pop(name, None))}
        super().__setitem__(name, entry)


def let_go() -> None:
    """Do so from now on in this process. Repeated calls have no further effect.

    Each time a function with `tf.custom_gradient` becomes part of a graph, TensorFlow registers its gradient under a name of its own
    (`_graph_mode_decorator` in tensorflow/python/ops/custom_gradient.py), and the gradient holds the graph. Every Keras optimizer
    uses such a function to sum gradients over replicas, and SiLU is one. So each training left its graphs: 5.6 MB of lecture-cnn.
    """
    if not isinstance(ops.gradient_registry._registry, _GradientsOfLiveGraphs):
        ops.gradient_registry._registry = _GradientsOfLiveGraphs(ops.gradient_registry._registry)
