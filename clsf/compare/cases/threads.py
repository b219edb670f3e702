"""Four cases from public threads and one from a paper, each with a different cause."""

from __future__ import annotations

from dataclasses import replace

from clsf.compare.cases.case import Case, CaseCause, Published
from clsf.compare.cases.nets import padded_by_hand, strided, vgg
from clsf.model import presets
from clsf.optimizers import PLAINEST, POPULAR
from clsf.plan import Plan
from clsf.words import say


def _plain(plan: Plan) -> Plan:
    return plan.but(
        rules="aligned",
        start="glorot",
        differences=(),
        l2=0.0,
        weight_decay=0.0,
        preparation=replace(plan.preparation, scale="zero-one"),
    )


def _adam(plan: Plan, **changes: object) -> Plan:
    return _plain(plan).but(optimizer=POPULAR, **changes)


FLATTEN = Case(
    name="flatten-order",
    title=say("Weights carried over, wrong answers"),
    question=say("Every weight was copied and every shape fits. Why are the answers wrong?"),
    published=Published(
        where="H. Leung 2023: Convert Keras model to PyTorch",
        address="https://henrysky.github.io/blog/2023-10-23-keras-torch",
        claim=say(
            "A network with a convolution, trained in Keras, was carried to PyTorch weight by weight. It runs without an error and its "
            "output is different."
        ),
    ),
    causes=(
        CaseCause("flatten-order", say("flattened as Keras: row, column, channel"), ("flatten-order",)),
        CaseCause("input-scale", say("inputs in [0, 1], as it was trained"), ("input-scale",)),
    ),
    settings=_adam,
    model=lambda classes: presets.preset("lecture-cnn", classes),
    start=say("as carried over"),
    carried=True,
    epochs=3,
    lesson=say("A dense layer knows each number by its place. Shapes fit in any order, so there is no error."),
)

PADDING = Case(
    name="padding-same",
    title=say("Padding that is the same, and is not"),
    question=say("Both convolutions give 4×4 from 8×8, with the same weights. Why do the numbers differ?"),
    published=Published(
        where="keras-team/keras, issue 19291",
        address="https://github.com/keras-team/keras/issues/19291",
        claim=say(
            "A convolution with strides of 2 and padding 'same' in Keras was compared with one with padding=1 in PyTorch: the shapes are "
            "equal, the values are not."
        ),
    ),
    causes=(CaseCause("padding", say("padded as Keras: one row and column more at the end"), model=padded_by_hand),),
    settings=_adam,
    model=strided,
    start=say("padded by one on each side"),
    carried=True,
    epochs=5,
    lesson=say(
        "With strides, Keras pads as little as it can and more at the end; padding=1 looks at every second pixel from another place."
    ),
)

EPSILON = Case(
    name="adam-epsilon",
    title=say("The same Adam, the same epsilon, other curves"),
    question=say("Both frameworks call it Adam and both get epsilon 0.1. Why does one learn faster at first?"),
    published=Published(
        where="keras-team/keras, issue 17391",
        address="https://github.com/keras-team/keras/issues/17391",
        claim=say(
            "Keras adds epsilon before the bias correction, PyTorch after it. In the first steps Keras' is up to 30 times as large."
        ),
    ),
    causes=(CaseCause("adam-epsilon", say("Keras' rule of Adam: epsilon before the bias correction"), (f"{POPULAR}-rule",)),),
    settings=lambda plan: _adam(plan, learning_rate=0.01, hyper={"epsilon": 0.1}),
    model=lambda classes: presets.preset("lecture-cnn", classes),
    epochs=3,
    lesson=say("With the usual epsilon of 1e-7 the place makes no difference. It begins to count from about 1e-3 on."),
)


def _by_its_own_rules(plan: Plan) -> Plan:
    return plan.but(rules="native")


DECAYS = 1.0  # a share of the learning rate, large enough to be visible in a short training

DECAY = Case(
    name="weight-decay",
    title=say("One word, two meanings: weight decay"),
    question=say("weight_decay=1 in both. Why does one network learn nothing?"),
    published=Published(
        where="pytorch/pytorch, issue 38767",
        address="https://github.com/pytorch/pytorch/issues/38767",
        claim=say(
            "torch.optim.Adam adds weight decay to the gradient, where Adam divides it away again; Keras' Adam takes it from the weights "
            "directly, as AdamW does."
        ),
    ),
    causes=(CaseCause("decay-in-gradient", say("decay taken from the weights, as Keras and AdamW"), plan=_by_its_own_rules),),
    settings=lambda plan: _adam(plan, learning_rate=0.001).but(weight_decay=DECAYS),
    model=lambda classes: presets.preset("lecture-cnn", classes),
    epochs=5,
    lesson=say(
        "With plain SGD both are the same. With Adam, a decay in the gradient moves every weight by about the learning rate."
    ),
)

DEPTH = Case(
    name="initial-weights",
    title=say("A deep network that learns later in PyTorch"),
    question=say("Six convolutions, no batch normalisation, one learning rate: why does PyTorch need longer to begin?"),
    published=Published(
        where="pytorch/pytorch, issue 6950",
        address="https://github.com/pytorch/pytorch/issues/6950",
        claim=say(
            "PyTorch draws the weights of a convolution from ±1/√(inputs), a third of the variance that keeps signals as strong as they "
            "were. Layer by layer the signal fades."
        ),
    ),
    causes=(
        CaseCause("initial-weights", say("Keras' initial weights"), ("initial-weights",)),
        CaseCause("bias-init", say("biases that begin at 0"), ("bias-init",)),
    ),
    settings=lambda plan: _plain(plan).but(optimizer=PLAINEST, learning_rate=0.05),
    model=vgg,
    epochs=5,
    lesson=say("The deeper a network, the more its first weights decide. Batch normalisation hides that; here nothing does."),
)


def _other_seed(plan: Plan) -> Plan:
    return plan.but(seed=plan.seed + 1000)


TWICE = Case(
    name="same-seed",
    title=say("The same run twice"),
    question=say("The same program, the same machine, trained twice: how far apart may two accuracies be?"),
    published=Published(
        where="Pham et al. 2020: Problems and Opportunities in Training Deep Learning Software Systems (ASE)",
        address="https://hvpham.github.io/publication/2020-ASE-Variance",
        claim=say(
            "Identical training runs differ by up to 10.8 % in accuracy; four of five who were asked did not know or were not sure."
        ),
        numbers=((say("the largest difference of two identical runs"), say("10.8 %")),),
    ),
    causes=(
        CaseCause("dropout-masks", say("the same dropout masks"), ("dropout-masks",)),
        CaseCause("seed", say("the same seed for split, order and first weights"), plan=_other_seed),
    ),
    settings=_adam,
    model=lambda classes: presets.preset("lecture-cnn", classes),
    start=say("another seed, and dropout masks of its own"),
    reference="torch",
    epochs=3,
    lesson=say(
        "On a processor, equal seeds give equal bits. A difference that is smaller than that of two seeds says nothing."
    ),
)
