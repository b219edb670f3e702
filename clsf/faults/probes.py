"""Probes: what a professional would try to tell faults apart. Each names what it shows and what it costs in the bug lab."""

from __future__ import annotations

from dataclasses import dataclass

from clsf.words import Sentence, say


@dataclass(frozen=True)
class Probe:
    """A question to a run."""

    title: Sentence
    does: Sentence  # what to do, as an instruction
    cost: int = 1  # points in the bug lab


PROBES: dict[str, Probe] = {
    "first-loss": Probe(say("First loss"), say("Compare the loss of the first batch with ln C, the loss of a model that knows nothing.")),
    "floor": Probe(say("Lowest loss"), say("Compare the lowest loss with ln(1 + (C - 1)/e), below which a second softmax doesn't let it.")),
    "outputs": Probe(say("Outputs"), say("Print the outputs for one batch: their range, and whether each row sums to 1.")),
    "labels": Probe(say("Labels"), say("Count the labels of training and validation, and look at images with their labels.")),
    "pixels": Probe(say("Pixels"), say("Print the smallest and largest number that the model receives, in training and in validation.")),
    "shapes": Probe(say("Shapes"), say("Print shape and type of the images, the outputs and the labels of the first batch.")),
    "batches": Probe(say("Batches"), say("Count the classes in a few batches, and the images in the last one.")),
    "gradients": Probe(say("Gradients"), say("Compare gradient norms layer by layer, and from step to step.")),
    "weights": Probe(say("Weights"), say("Compare the weights of each layer before and after some steps.")),
    "rates": Probe(say("Learning rate"), say("Print the optimizer's settings and the learning rate of each step.")),
    "with-eval": Probe(say("Evaluate twice"), say("Evaluate the same images twice, in evaluation mode and in training mode.")),
    "batch-statistics": Probe(say("Batch statistics"), say("Evaluate with the batch's own statistics in place of the moving averages.")),
    "train-accuracy": Probe(say("Training images"), say("Evaluate on training images, with dropout off.")),
    "activations": Probe(say("Activations"), say("List the non-linear functions that the model calls.")),
    "metric": Probe(say("By hand"), say("Compute loss and accuracy of all images by hand, and compare with what is told.")),
    "duplicates": Probe(say("Duplicates"), say("Count the validation images that were trained on.")),
    "memory": Probe(say("Memory"), say("Watch memory from epoch to epoch, and whether sums hold a graph.")),
    "validation": Probe(say("Validation"), say("Evaluate on images that weren't trained on.")),
    "lower-rate": Probe(say("Lower rate"), say("Train with a tenth of the learning rate."), 2),
    "higher-rate": Probe(say("Higher rate"), say("Train with ten times the learning rate."), 2),
    "other-batch": Probe(say("Other batch size"), say("Train with batches of 32."), 2),
    "more-epochs": Probe(say("More epochs"), say("Train for more epochs."), 2),
    "traceback": Probe(say("Traceback"), say("Read the last line of the traceback, and the line of the program that it names.")),
}  # fmt: skip
"""Name -> probe; `Evidence.probe` names one."""
