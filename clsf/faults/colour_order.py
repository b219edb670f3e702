"""Red and blue swapped."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="colour-order",
    title=say("Red and blue swapped"),
    what=say("OpenCV reads blue, green, red. A model trained on red, green, blue then sees other colours."),
    symptom=say(
        "A few points lower where colour matters, most with pretrained weights or when only the test images are swapped."
    ),
    mend=say("Convert with cv2.cvtColor(image, cv2.COLOR_BGR2RGB)."),
    sources=(
        "ultralytics/ultralytics#20775",
        "qubvel/classification_models#4",
    ),
    level=4,
)
