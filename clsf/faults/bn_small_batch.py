"""Batch normalisation with tiny batches."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="bn-small-batch",
    title=say("Batch normalisation with tiny batches"),
    what=say("Mean and variance of two or four images are noisy, so each image is normalised by chance."),
    symptom=say("Training is noisy, and validation is worse than training or jumps from epoch to epoch."),
    mend=say("Use batches of 16 or more, or another normalisation."),
    sources=(
        "pytorch/pytorch#4741",
        "Wu and He 2018, arXiv:1803.08494",
    ),
    level=4,
)
