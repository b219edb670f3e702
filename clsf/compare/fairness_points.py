"""The points of the fairness check: each compares two contenders and gives (level, sentence) pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from clsf.compare.cases.lecture import loss_floor
from clsf.compare.contender import Contender, Level, on_purpose
from clsf.compare.fairness_training import STEERING, torch_rule
from clsf.data import catalogue
from clsf.errors import DataError
from clsf.optimizers import OPTIMIZERS
from clsf.runs.happened import SHORTEST_OVERLAP, overlap
from clsf.words import Sentence, say, say_n

Said = Iterator[tuple[Level, Sentence]]

_MODEL = ("bn-momentum", "bn-epsilon", "bn-variance", "image-norm-epsilon", "flatten-order")


def _data(one: Contender, two: Contender) -> Said:
    if one.plan.train_limit != two.plan.train_limit and not _same_split(one, two):
        yield "red", say(
            "The same data '{name}', but not the same number of images to train on: {one} and {two}.",
            name=catalogue.called(one.plan.data), one=_count(one), two=_count(two),
        )  # fmt: skip
        return
    name = catalogue.called(one.plan.data)
    counts = [(c.started.train_images, c.started.validation_images) if c.started else None for c in (one, two)]
    hashes = [c.started.images_hash if c.started else "" for c in (one, two)]
    if None not in counts and counts[0] != counts[1]:
        yield "red", say(
            "'{name}' was not the same for both: images to train on and to validate are {one} and {validated_one} in one, {two} and "
            "{validated_two} in the other.",
            name=name, one=counts[0][0], validated_one=counts[0][1], two=counts[1][0], validated_two=counts[1][1],
        )  # fmt: skip
    elif all(hashes) and hashes[0] != hashes[1]:
        yield "red", say(
            "'{name}' was not the same for both: other images or labels under one name (hashes {one} and {two}).",
            name=name, one=hashes[0], two=hashes[1],
        )  # fmt: skip
    else:
        yield "green", say("Both train on '{name}'.", name=name)


def _model(one: Contender, two: Contender) -> Said:
    purposes = list(on_purpose(one, two, _MODEL))
    if one.spec.layers != two.spec.layers:
        yield (
            "red",
            say("The models are not the same: '{one}' and '{two}' have other layers.", one=one.spec.name, two=two.spec.name),
        )
    elif not purposes:
        yield "green", say("Both are the model '{name}', layer by layer.", name=one.spec.name)
    for sentence in purposes:
        yield "amber", sentence


def _weights(one: Contender, two: Contender) -> Said:
    purposes = list(on_purpose(one, two, ("initial-weights", "bias-init")))
    for sentence in purposes:
        yield "amber", sentence
    before = [(c.plan.begin_from is not None, c.plan.epochs_before) for c in (one, two)]
    for contender, (begun, epochs) in zip((one, two), before, strict=True) if before[0] != before[1] else ():
        if begun:
            yield "red", say(
                "{who} went on from the weights of the run {run}, which had been trained before (epochs: {epochs}); the two did not "
                "begin with the same weights.",
                who=contender.name, run=contender.plan.begin_from, epochs=epochs,
            )  # fmt: skip
    if purposes or before[0] != before[1]:
        return
    begun = one.plan.begin_from if one.plan.begin_from == two.plan.begin_from else None
    if one.plan.dtype != two.plan.dtype and (begun or _begins(one) == _begins(two)):
        yield (
            "green",
            say("Both begin with the same weights, rounded to {one} and to {two}.", one=one.plan.dtype, two=two.plan.dtype),
        )
    elif one.started and two.started:
        if one.started.weights_hash == two.started.weights_hash:
            yield "green", say("Both began with the same weights (hash {hash}).", hash=one.started.weights_hash)
        else:
            yield "amber", say("They began with other weights, so part of any gap is the luck of the start.")
    elif begun:
        yield "green", say("Both will begin with the weights of the run {run}.", run=begun)
    elif _begins(one) == _begins(two) and one.plan.begin_from == two.plan.begin_from:
        yield "green", say("Both will begin with the same weights, drawn once in NumPy.")
    else:
        yield "amber", say("They will begin with other weights, so part of any gap is the luck of the start.")


def _frozen(one: Contender, two: Contender) -> Said:
    purposes = list(on_purpose(one, two, ("frozen-bn-moves", "trainable-after-compile", "head-not-in-optimizer")))
    for sentence in purposes:
        yield "amber", sentence
    a, b = one.plan, two.plan
    if a.train_layers != b.train_layers:
        yield "red", say("They train other layers: {one} and {two}.", one=a.train_layers, two=b.train_layers)
    elif (a.backbone_rate, a.freeze_norms) != (b.backbone_rate, b.freeze_norms):
        yield "red", say("Only one of them has this learning rate before the head, or its batch normalisation frozen.")
    elif not purposes and a.train_layers == "all":
        yield "green", say("All layers train in both.")
    elif not purposes:
        yield "green", say("Both train the same layers ({layers}); the others are frozen.", layers=a.train_layers)


def _split(one: Contender, two: Contender) -> Said:
    own = _validates_itself(one.plan.data) and _validates_itself(two.plan.data)
    if one.plan.validation_share != two.plan.validation_share and not own and not _same_split(one, two):
        yield "red", say("They keep other shares of the images for validation, so they train and are judged on other images.")
    elif one.plan.split != two.plan.split and one.plan.train_limit is not None:
        yield "red", say(
            "Their splits were drawn by different versions of the rule, so a limit of {count} takes other training images. Train "
            "the older run again.",
            count=one.plan.train_limit,
        )  # fmt: skip
    elif one.plan.seed != two.plan.seed and own and one.plan.train_limit is not None:
        yield (
            "amber",
            say("The seeds differ, so the limit takes other training images. The validation images are the data's own."),
        )
    elif one.plan.seed != two.plan.seed and not own:
        yield "amber", say("Each has its own split, because the seeds differ: they are judged on other validation images.")
    elif len({c.started.split_hash for c in (one, two) if c.started and c.started.split_hash}) == 2:
        yield (
            "amber",
            say(
                "Each has its own split, though the seed is the same: another version of this program split the images. They are "
                "judged on other validation images."
            ),
        )
    else:
        yield "green", say("Both train and validate on the same images; no image does both.")


def _validates_itself(data: str) -> bool:
    """Whether a data set has its own validation images, so that none are drawn and the share does not matter."""
    try:
        return catalogue.info(data).validation > 0
    except DataError:  # removed meanwhile
        return False


def _same_split(one: Contender, two: Contender) -> bool:
    """Whether two runs are known to have had the same images for training and for validation."""
    hashes = {c.started.split_hash if c.started else None for c in (one, two)}
    return len(hashes) == 1 and None not in hashes and "" not in hashes


def _scale(one: Contender, two: Contender) -> Said:
    if one.scale == two.scale:
        yield "green", say("Both see inputs on the scale '{scale}'.", scale=one.scale)
        return
    purposes = list(on_purpose(one, two, ("input-scale", "other-preparation")))
    for sentence in purposes:
        yield "amber", sentence
    if not purposes:
        yield (
            "red",
            say("{a} sees inputs on the scale '{one}', {b} on '{two}'.", a=one.name, b=two.name, one=one.scale, two=two.scale),
        )


def _order(one: Contender, two: Contender) -> Said:
    if one.plan.batch_size != two.plan.batch_size:
        yield "red", say_n(
            "Batches have {one} and {two} image, so the steps are not the same steps.",
            "Batches have {one} and {two} images, so the steps are not the same steps.",
            two.plan.batch_size,
            one=one.plan.batch_size, two=two.plan.batch_size,
        )  # fmt: skip
        return
    purposes = list(on_purpose(one, two, ("shuffling",)))
    for sentence in purposes:
        yield "amber", sentence
    if purposes:
        return
    if one.started and two.started and one.started.order_hash != two.started.order_hash:
        yield "amber", say("The batches come in another order.")
    elif not (one.started and two.started) and one.plan.seed != two.plan.seed:
        yield "amber", say("The batches will come in another order, because the seeds differ.")
    elif not (one.started and two.started) and one.plan.split != two.plan.split:
        yield "amber", say("The batches will come in another order: the splits are drawn by different versions of the rule.")
    else:
        yield "green", say("Both see the same images in the same batches, in the same order.")


def _loss(one: Contender, two: Contender) -> Said:
    losses = [(c.plan.loss, c.plan.label_smoothing) for c in (one, two)]
    coded = not any(smoothing for _, smoothing in losses) and {loss for loss, _ in losses} == {"sparse", "categorical"}
    if losses[0] != losses[1] and not coded:
        yield "red", say(
            "They minimise other losses: {one} (smoothing {smooth_one}) and {two} (smoothing {smooth_two}).",
            one=losses[0][0], smooth_one=f"{losses[0][1]:g}", two=losses[1][0], smooth_two=f"{losses[1][1]:g}",
        )  # fmt: skip
    elif coded:
        yield "green", say("One has its labels as numbers, the other as one-hot rows: the loss is the same number.")
    sure = [c for c in (one, two) if c.plan.probabilities]
    twice = [c for c in (one, two) if c not in sure and _softmax_last(c)]
    if len(sure) == 1:
        yield "amber", say(
            "{who} hands probabilities to its loss, the other logits: the same number, but rounded in another way.",
            who=sure[0].name,
        )  # fmt: skip
    elif sure:
        yield "green", say("Both hand probabilities to a loss that expects them.")
    elif not twice:
        yield "green", say("Both hand logits to a loss that applies softmax itself.")
    if not twice:
        return
    classes = _classes(twice[0])
    on_purpose_twice = [c for c in twice if c.plan.does("softmax-before-loss")]
    for sentence in on_purpose(one, two, ("softmax-before-loss",)):
        yield "amber", sentence
    yield "red" if len(twice) == 1 and not on_purpose_twice else "amber", say(
        "{who}: softmax is applied twice, by the model and by the loss, which then can't fall below {floor} with {classes} classes.",
        who=" and ".join(c.name for c in twice), floor=f"{loss_floor(classes):.3f}", classes=classes,
    )  # fmt: skip


def _rule(one: Contender, two: Contender) -> Said:
    a, b = one.plan, two.plan
    others = (a.optimizer, a.learning_rate) != (b.optimizer, b.learning_rate)
    if others:
        yield "red", say(
            "They learn by other rules: {one} with {rate_one} and {two} with {rate_two}.",
            one=a.optimizer, rate_one=f"{a.learning_rate:g}", two=b.optimizer, rate_two=f"{b.learning_rate:g}",
        )  # fmt: skip
    numbers = a.optimizer == b.optimizer and not _same_numbers(one, two)
    if numbers:
        yield "red", say(
            "They learn by {optimizer} with other numbers: {one} and {two}.",
            optimizer=a.optimizer, one=_numbers(a.hyper), two=_numbers(b.hyper),
        )  # fmt: skip
    if a.l2 != b.l2:
        yield "red", say("Weight decay differs: {one} and {two}.", one=f"{a.l2:g}", two=f"{b.l2:g}")
    for sentence in on_purpose(one, two, ("weight-decay-style",) if a.l2 or b.l2 else ()):
        yield "amber", sentence
    if others or numbers:
        return
    constant = not (one.rate_varies or two.rate_varies)
    declared = OPTIMIZERS[a.optimizer]
    if not (declared.differs or declared.remembers_rate):
        yield "green", say("The rule of {optimizer} is the same in both.", optimizer=a.optimizer)
    elif not declared.differs and constant:
        yield (
            "green",
            say("The rule of {optimizer} is the same in both while the learning rate is constant.", optimizer=a.optimizer),
        )
    elif torch_rule(one) != torch_rule(two) and not declared.differs:
        yield "amber", say(
            "The rule of {optimizer} is not the same in Keras and in PyTorch once the learning rate changes, and here it does.",
            optimizer=a.optimizer,
        )  # fmt: skip
    elif torch_rule(one) != torch_rule(two):
        yield (
            "amber",
            say(
                "{optimizer} is not the same rule in Keras and in PyTorch, and here each follows another.",
                optimizer=a.optimizer,
            ),
        )
    else:
        yield "green", say("Both follow one written rule of {optimizer}.", optimizer=a.optimizer)


def _dropout(one: Contender, two: Contender) -> Said:
    if not [layer for c in (one, two) for layer in c.dropping]:
        yield "green", say("The model has no dropout.")
        return
    purposes = list(on_purpose(one, two, ("dropout-rate", "dropout-masks")))
    for sentence in purposes:
        yield "amber", sentence
    if purposes:
        return
    if _own_masks(one) or _own_masks(two):
        yield "amber", say("The dropout drops at the same rate, but draws its own random numbers: the steps can't be the same.")
    elif one.plan.seed != two.plan.seed:
        yield "amber", say("The dropout drops at the same rate, but other values, because the seeds differ.")
    else:
        yield "green", say("Both drop the same values: the masks are drawn in NumPy.")


def _evaluation(one: Contender, two: Contender) -> Said:
    wrong = [c for c in (one, two) if _in_training_mode(c)]
    if not wrong:
        yield "green", say("Both are judged in evaluation mode: dropout off, moving statistics on.")
    for contender in wrong:
        yield "red", say(
            "{who} is judged while its layers do what they do in training, so its accuracy is not that of the model.",
            who=contender.name,
        )  # fmt: skip


def _dtype(one: Contender, two: Contender) -> Said:
    if one.plan.mixed != two.plan.mixed:
        yield "red", say("Only one of them computes in bfloat16.")
    elif one.plan.mixed:
        yield (
            "amber",
            say(
                "Both compute in bfloat16, which keeps about three digits: two frameworks that round at other places differ in the third digit."
            ),
        )
    elif one.plan.dtype == two.plan.dtype:
        yield "green", say("Both compute in {dtype}.", dtype=one.plan.dtype)
    else:
        yield "red", say("{a} computes in {one}, {b} in {two}.", a=one.name, b=two.name, one=one.plan.dtype, two=two.plan.dtype)


def _seed(one: Contender, two: Contender) -> Said:
    if one.plan.seed == two.plan.seed:
        yield "green", say("Both have the seed {seed}. It is one run each: a small gap may be chance.", seed=one.plan.seed)
    else:
        yield "amber", say("The seeds are {one} and {two}: part of any gap is chance.", one=one.plan.seed, two=two.plan.seed)


def _variant(one: Contender, two: Contender) -> Said:
    said = False
    for contender in (one, two):
        if contender.variant == "eager":
            said = True
            yield (
                "amber",
                say("TensorFlow runs eagerly, without a graph: losses are the same, times are longer than necessary."),
            )
        if contender.variant == "dataloader":
            said = True
            yield (
                "amber",
                say("PyTorch trains by a DataLoader, which fetches image by image: losses are the same, times are not."),
            )
        if contender.plan.look_inside:
            said = True
            yield "amber", say("{who} was looked into while it trained, which takes time.", who=contender.name)
        if contender.variant == "fit":
            said = True
            yield "amber", say("TensorFlow trains by model.fit, whose steps are one call each: compare times with care.")
    if not said:
        yield "green", say("Each runs in its usual way: TensorFlow as a graph, PyTorch as a loop.")


def _versions(one: Contender, two: Contender) -> Said:
    if not (one.started and two.started):
        return
    a, b = one.started.versions, two.started.versions
    common = [name for name in a if name in b]
    other = [name for name in common if a[name] != b[name]]
    if other:
        yield "amber", say(
            "They ran with other versions: {names}. The same name may be another rule there.",
            names=", ".join(f"{name} {a[name]} / {b[name]}" for name in other),
        )  # fmt: skip
    elif common:
        yield "green", say("Both ran with the same versions of what both use: {names}.", names=", ".join(common))


def _device(one: Contender, two: Contender) -> Said:
    if not (one.started and two.started):
        if one.plan.device == two.plan.device == "cpu":
            yield "green", say("Both will use the CPU.")
        else:
            yield "amber", say("Which device each will use is known when it starts; a GPU on one side only would be unfair.")
        return
    first, second = one.started.device, two.started.device
    if (first == "cpu") != (second == "cpu"):
        yield "red", say(
            "{who} ran on a GPU ({gpu}) and the other on the CPU: times can't be compared.",
            who=(two if first == "cpu" else one).name, gpu=second if first == "cpu" else first,
        )  # fmt: skip
    elif first != second or one.machine != two.machine:
        yield (
            "amber",
            say("They ran on other machines: {one} and {two}. Times can't be compared.", one=_where(one), two=_where(two)),
        )
    else:
        yield "green", say("Both ran on the same kind of device ({device}).", device=first)
        if first != "cpu":
            yield from _repeatable(one, two)


def _repeatable(one: Contender, two: Contender) -> Said:
    """On a GPU: whether repeating a run would give the same run; see `clsf.backends.torch.device.use_repeatable`."""
    loose = [side.name for side in (one, two) if side.framework != "torch" or side.plan.rules != "aligned"]
    if loose:
        yield "amber", say(
            "{names}: a GPU may add in another order each time, so the same run twice differs a little.", names=", ".join(dict.fromkeys(loose))
        )  # fmt: skip
    else:
        yield "green", say("Aligned runs in PyTorch add in one order on a GPU, too: the same run twice is the same run.")


def _threads(one: Contender, two: Contender) -> Said:
    if not (one.started and two.started):
        return
    if one.started.threads == two.started.threads:
        yield "green", say_n("Both may use {count} thread.", "Both may use {count} threads.", one.started.threads)
    else:
        yield (
            "amber",
            say(
                "They may use other numbers of threads ({one} and {two}): times can't be compared.",
                one=one.started.threads,
                two=two.started.threads,
            ),
        )


def _race(one: Contender, two: Contender) -> Said:
    together = one.race or two.race
    if one.between and two.between:
        same = one.machine == two.machine
        together = same and overlap(one.between, two.between) > SHORTEST_OVERLAP
    crowded = [(c, len(set(c.beside) - {one.run_id, two.run_id})) for c in (one, two)]
    if together:
        yield "amber", say("They share the processor, training at the same time: compare curves by epoch, not by second.")
    for contender, count in crowded:
        if count:
            yield "amber", say(
                "{who} shared its machine with other runs that trained meanwhile ({count}): its times can't be compared.",
                who=contender.name, count=count,
            )  # fmt: skip
    if not together and not any(count for _, count in crowded):
        yield "green", say("One trains after the other, so times can be compared.")


def _end(one: Contender, two: Contender) -> Said:
    if one.plan.epochs != two.plan.epochs:
        yield (
            "red",
            say_n(
                "One trains {one} epoch, the other {two}.",
                "One trains {one} epochs, the other {two}.",
                one.plan.epochs,
                one=one.plan.epochs,
                two=two.plan.epochs,
            ),
        )
    for contender in (one, two):
        match contender.status:
            case "stopped" | "cut-off" | "time-limit":
                yield "amber", say_n(
                    "{who} ended early, with {done} of {epochs} epoch done: compare equal epochs only.",
                    "{who} ended early, with {done} of {epochs} epochs done: compare equal epochs only.",
                    contender.plan.epochs,
                    who=contender.name, done=contender.was.epochs, epochs=contender.plan.epochs,
                )  # fmt: skip
            case "failed":
                yield "red", say("{who} failed; only the other half can be read.", who=contender.name)
            case "diverged":
                yield "red", say("{who} diverged: its loss has become nan or larger than a million.", who=contender.name)
            case "queued" | "preparing" | "running" | "paused":
                yield "amber", say("{who} is not done yet.", who=contender.name)
    if not one.status == two.status == "finished" or one.plan.epochs != two.plan.epochs:
        return
    early = [c for c in (one, two) if c.was.stopped_early is not None]
    if len(early) == 2 and one.was.stopped_early == two.was.stopped_early:
        yield (
            "green",
            say(
                "Both stopped early, after the same epoch: {epoch} of {epochs}.",
                epoch=one.was.stopped_early,
                epochs=one.plan.epochs,
            ),
        )
    for contender in early if len({c.was.stopped_early for c in (one, two)}) == 2 else ():
        yield "amber", say(
            "{who} stopped early, after epoch {epoch} of {epochs}: the two did not train equally long.",
            who=contender.name, epoch=contender.was.stopped_early, epochs=contender.plan.epochs,
        )  # fmt: skip
    if not early:
        yield (
            "green",
            say_n(
                "Both finished their only epoch.", "Both finished all {epochs} epochs.", one.plan.epochs, epochs=one.plan.epochs
            ),
        )


POINTS: dict[str, Callable[[Contender, Contender], Said]] = {
    "data": _data, "model": _model, "weights": _weights, "frozen": _frozen, "split": _split, "scale": _scale, "order": _order, "loss": _loss,
    "rule": _rule, "regularisation": STEERING["regularisation"], "updates": STEERING["updates"], "schedule": STEERING["schedule"], "hands": STEERING["hands"],
    "augmentation": STEERING["augmentation"], "dropout": _dropout, "stopping": STEERING["stopping"], "evaluation": _evaluation, "dtype": _dtype, "seed": _seed, "variant": _variant,
    "versions": _versions, "device": _device, "threads": _threads, "race": _race, "end": _end,
}  # fmt: skip


def _same_numbers(one: Contender, two: Contender) -> bool:
    """Whether the two have the same hyper-parameters, even if one leaves out those that equal the default."""
    settings, hypers = OPTIMIZERS[one.plan.optimizer].settings, (one.plan.hyper, two.plan.hyper)
    mine, theirs = ([hyper.get(s.name, s.usual) for s in settings] for hyper in hypers)
    if torch_rule(one) or torch_rule(two):  # PyTorch's default may be another number
        mine, theirs = ([hyper.get(s.name) for s in settings] for hyper in hypers)
    return mine == theirs


def _numbers(hyper: Mapping[str, float]) -> object:
    return ", ".join(f"{name} {value:g}" for name, value in hyper.items()) or say("the usual ones")


def _count(contender: Contender) -> object:
    return say("all") if contender.plan.train_limit is None else contender.plan.train_limit


def _begins(contender: Contender) -> tuple:
    plan = contender.plan
    kernels, biases = ("kaiming" if plan.does(name) else plan.start for name in ("initial-weights", "bias-init"))
    return kernels, biases, plan.seed, plan.weights, contender.spec.layers


def _softmax_last(contender: Contender) -> bool:
    last = contender.built.layers[-1]
    return last is not None and last.function == "softmax"


def _classes(contender: Contender) -> int:
    return next((x.units for x in reversed(contender.layers("Linear"))), 10)


def _own_masks(contender: Contender) -> bool:
    return contender.plan.native_dropout or contender.variant == "fit"


def _in_training_mode(contender: Contender) -> bool:
    drops = bool(contender.dropping)
    if contender.plan.does("dropout-at-evaluation") and drops:
        return True
    return contender.plan.does("eval-mode") and (drops or bool(contender.layers("Batchwise")))


def _where(contender: Contender) -> str:
    return ", ".join(filter(None, (contender.started.device, contender.machine)))
