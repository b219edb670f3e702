"""Parts that a student writes: which places a part has, and which options each place offers. Names and sentences only.

The code behind a name is ours, in `clsf.backends.<framework>.parts`: a browser sends names, never code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clsf import checks
from clsf.errors import CourseError
from clsf.words import Sentence, say


@dataclass(frozen=True, slots=True)
class PartOption:
    """An option for a place, and its effect."""

    name: str
    title: Sentence
    why: Sentence


@dataclass(frozen=True, slots=True)
class OpenMethod:
    """A method that the student fills in."""

    name: str
    title: Sentence
    options: tuple[PartOption, ...]

    def option(self, name: str) -> PartOption:
        """Raise CourseError if the name is not one of the options."""
        checks.known(CourseError, say("option"), name, [option.name for option in self.options])
        return next(option for option in self.options if option.name == name)


@dataclass(frozen=True, slots=True)
class ClassPart:
    """A class to fill in. The first option of each place is the one that works."""

    name: str
    title: Sentence
    places: tuple[OpenMethod, ...]

    def chosen(self, names: Mapping[str, str]) -> dict[str, str]:
        """Return place -> option; a place that isn't named gets its first option. Raises CourseError for an unknown name."""
        return {place.name: place.option(names.get(place.name, place.options[0].name)).name for place in self.places}


_ALL = (
    ClassPart("layer", say("Layer"), (
        OpenMethod("weights", say("Where its numbers are made"), (
            PartOption("weight", say("a weight"), say("The framework knows it: it is counted, gets a gradient, and is moved by the optimizer.")),
            PartOption("tensor", say("a plain tensor"), say("The framework doesn't know it: no parameter, so nothing is learned. PyTorch's optimizer refuses an empty list; Keras continues without a message.")),
            PartOption("frozen", say("a weight that isn't trained"), say("It is saved with the model, but no optimizer moves it. Batch normalisation keeps its running means in this way.")),
        )),
        OpenMethod("answer", say("What it answers"), (
            PartOption("times", say("input × factor"), say("Each input gets its own factor; the gradient of the factor is the input.")),
            PartOption("plus", say("input + factor"), say("Now it is a bias: it can be learned as well, and ends at another number.")),
            PartOption("cut", say("input × factor, cut out of the gradient"), say("What is computed outside the record has no gradient. PyTorch says so in `backward()`, Keras when the optimizer finds no gradient.")),
        )),
    )),
    ClassPart("callback", say("Callback"), (
        OpenMethod("when", say("When it is called"), (
            PartOption("epoch", say("after each epoch"), say("Three times here: the run is planned for three epochs.")),
            PartOption("batch", say("after each batch"), say("Nine times here: three batches in each of three epochs. What is slow doesn't belong here.")),
            PartOption("begin", say("before the first step"), say("Once. Nothing was learned yet, so there is no loss to read.")),
        )),
        OpenMethod("what", say("What it does"), (
            PartOption("print", say("prints the loss"), say("A callback may look at everything. It gets the current numbers.")),
            PartOption("stop", say("ends the training"), say("In Keras a flag of the model ends fit after the epoch (or the batch) that runs. Your own PyTorch loop has to ask for it: where it asks only after an epoch, the epoch is finished first.")),
            PartOption("rate", say("halves the learning rate"), say("The optimizer holds the learning rate, and a callback can reach the optimizer. After every batch that is soon almost 0: count how often it is halved.")),
        )),
    )),
    ClassPart("metric", say("Metric"), (
        OpenMethod("update", say("What a batch adds"), (
            PartOption("count", say("right answers and images"), say("Sums can be divided at the end, whatever the sizes of the batches are.")),
            PartOption("batches", say("the batch's accuracy"), say("A mean of means. The small last batch counts as much as the large one, so it isn't the accuracy.")),
            PartOption("equal", say("labels equal to probabilities"), say("A label such as 2 is hardly ever equal to a probability such as 0.8. This is the lecture's `Accuracy()` = 0.")),
        )),
        OpenMethod("reset", say("What happens between epochs"), (
            PartOption("zero", say("back to zero"), say("Each epoch gets its own number.")),
            PartOption("nothing", say("nothing"), say("The second epoch is mixed with the first, and the curve looks flatter than it is.")),
        )),
    )),
    ClassPart("dataset", say("Dataset"), (
        OpenMethod("length", say("How many it says there are"), (
            PartOption("right", say("all"), say("PyTorch's Dataset counts images and a DataLoader makes batches of them; Keras' PyDataset counts batches, rounded up.")),
            PartOption("short", say("too few"), say("The last images are never trained on, and nothing says so.")),
            PartOption("long", say("too many"), say("PyTorch asks for an image that does not exist: an error. Keras asks for a batch that does not exist: a slice of a list past its end is empty, and no error.")),
        )),
        OpenMethod("item", say("What it hands out"), (
            PartOption("scaled", say("pixels from 0 to 1, and the label"), say("Scaled as the model expects it, in float32.")),
            PartOption("raw", say("pixels as they are stored, and the label"), say("Whole numbers from 0 to 255: a layer with weights in float32 refuses them in PyTorch; Keras casts them, and learns slowly.")),
            PartOption("random", say("any image, whatever was asked for"), say("Some images come twice, others never. Shuffling belongs to the loader, which knows what it has handed out.")),
        )),
    )),
)  # fmt: skip

PARTS = {part.name: part for part in _ALL}
JOB = "clsf.backends.{framework}.parts:run"


def part(name: str) -> ClassPart:
    """Return a part. Raises CourseError for a name that isn't known."""
    checks.known(CourseError, say("part"), name, PARTS)
    return PARTS[name]
