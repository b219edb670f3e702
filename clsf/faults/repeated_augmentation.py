"""The same random numbers in each worker."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="repeated-augmentation",
    title=say("The same random numbers in each worker"),
    what=say(
        "Every worker process begins with a copy of the same NumPy generator, so they draw the same augmentations, "
        "in each epoch again."
    ),
    symptom=say("Augmentation helps less than it should; batches contain repeated transformations."),
    mend=say("Seed each worker by its own number (worker_init_fn)."),
    sources=("pytorch/pytorch#5059",),
    level=4,
    not_in={"tensorflow": say("tf.data works with threads and TensorFlow's own generators.")},
)
