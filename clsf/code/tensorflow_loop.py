"""How a TensorFlow script trains: first weights, loss, optimizer and the loop of each variant. Twin of `clsf.code.torch_loop`."""

from __future__ import annotations

from clsf.calls import Name
from clsf.code import alike, epochs
from clsf.code.assembly import indented
from clsf.code.job import Job
from clsf.code.lines import wrapped
from clsf.model.layers import keras_name
from clsf.optimizers import CLIPPING, OPTIMIZERS


def start(job: Job) -> str:
    """Return first weights that are not Keras' own."""
    plan = job.plan
    if plan.start == "glorot" and not plan.does("initial-weights"):
        return ""
    return "\n".join(
        [
            "# First weights as PyTorch draws them: uniform within 1 / sqrt(inputs of a unit), biases too.",
            "start_rng = np.random.default_rng(SEED)",
            "for layer in model.layers:",
            '    if hasattr(layer, "kernel"):',
            f"        depthwise = isinstance(layer, layers.{keras_name('Depthwise')})  # each kernel sees one channel",
            "        limit = 1 / np.sqrt(np.prod(layer.kernel.shape[: 2 if depthwise else -1]))",
            "        for variable in layer.trainable_variables:",
            "            variable.assign(start_rng.uniform(-limit, limit, variable.shape))",
        ]
    )


def objective(job: Job) -> str:
    """Return the loss, and the code that counts correct predictions."""
    plan = job.plan
    kind = plan.loss_kind
    made = kind.keras_call(plan.probabilities, Name("LABEL_SMOOTHING") if plan.label_smoothing else 0.0)
    function = "the sigmoid" if kind.one_output else "softmax"
    rows = [f"# From logits: the loss applies {function} itself, the model has none."]
    if plan.probabilities:
        rows = [f"# The model's last layer is {kind.ending}: these are probabilities."]
    if plan.balanced:
        rows = [
            *epochs.class_weights(job),
            f"CLASS_WEIGHTS = CLASS_WEIGHTS.astype({plan.dtype!r})".replace("'", '"'),
            "",
            *rows,
        ]
    rows += [f"loss_fn = keras.{made}"]
    if kind.labels:
        shaped = "  # (batch,) -> (batch, 1), as the model's output" if kind.one_output else ""
        rows += ["", "", "def encoded(labels):", f'    """Labels as {kind.keras} takes them."""']
        rows.append(f"    return {kind.labels.format(classes=job.classes)}{shaped}")
    if plan.variants["tensorflow"] != "fit":
        answers = "tf.argmax(outputs, axis=1) == labels"
        if kind.one_output:
            answers = f"tf.cast(outputs[:, 0] > {0.5 if plan.probabilities else 0.0}, labels.dtype) == labels"
        rows += ["", "", "def count_right(labels, outputs):", f"    return tf.math.count_nonzero({answers})"]
    return "\n".join(rows)


def optimizer(job: Job) -> str:
    """Return the line that makes the optimizer."""
    plan = job.plan
    decay = Name("WEIGHT_DECAY") if plan.weight_decay else None
    more: dict[str, object] = {CLIPPING[plan.clipping.kind]: plan.clipping.limit} if plan.clipping else {}
    if plan.accumulate > 1:
        more["gradient_accumulation_steps"] = plan.accumulate
    if plan.average:
        more |= {"use_ema": True, "ema_momentum": plan.average}
    call = OPTIMIZERS[plan.optimizer].keras_call(Name("LEARNING_RATE"), plan.hyper, decay, more)
    return "\n".join(wrapped(f"optimizer = keras.{call.name}", list(call.arguments())))


def loop(job: Job, variant: str, masked: bool = False) -> str:
    """Return the training loop of a variant. `masked`: dropout has the run's masks, by the number of the step."""
    return _fit(job) if variant == "fit" else _custom(job, variant, masked)


def encoded_labels(job: Job, name: str = "labels") -> str:
    return f"encoded({name})" if job.plan.loss_kind.labels else name


def _prepared(job: Job, name: str) -> str:
    return f"prepare({name}, training=True)" if job.varies_images else f"prepare({name})"


def _custom(job: Job, variant: str, masked: bool) -> str:
    plan = job.plan
    rows = (
        ["@tf.function  # the first call traces these lines into a graph; later calls run the graph"]
        if variant == "graph"
        else []
    )
    rows += [
        "def train_step(images, labels):",
        '    """One update of all weights; return loss and right answers before it."""',
        "    with tf.GradientTape() as tape:  # remembers what is computed, to go back through it",
        f"        outputs = model({_prepared(job, 'images')}, training=True)",
        f"        loss = loss_fn({encoded_labels(job)}, outputs{', sample_weight=tf.gather(CLASS_WEIGHTS, labels)' if plan.balanced else ''})",
    ]
    penalty = plan.l1 or (plan.l2 and not plan.does("weight-decay-style"))
    if penalty:
        rows.append("        minimised = loss + sum(model.losses)  # the layers' L1 and L2")
    rows.append(f"    gradients = tape.gradient({'minimised' if penalty else 'loss'}, model.trainable_variables)")
    if plan.l2 and plan.does("weight-decay-style"):
        rows += [
            "    # As PyTorch's weight_decay: on every weight, by way of the gradient.",
            "    gradients = [g + L2 * v for g, v in zip(gradients, model.trainable_variables)]",
        ]
    rows += [
        "    optimizer.apply(gradients, model.trainable_variables)",
        "    return loss, count_right(labels, outputs)",
        "",
        "",
        *_evaluate(job),
        "",
        "",
        *(_steps_before(job) if masked else []),
        *epochs.before_loop(job),
        "for epoch in range(1, EPOCHS + 1):",
        "    began, total, right = time.perf_counter(), 0.0, 0",
        f"    order = {alike.order(job) if job.exact else 'rng.permutation(len(x_train))  # another order in every epoch'}",
        "    for first in range(0, len(order), BATCH_SIZE):",
        "        batch = order[first : first + BATCH_SIZE]",
    ]
    if job.varies:
        rows += ["        optimizer.learning_rate = rate * share(step)", "        step += 1"]
    rows += [
        f"        loss, correct = train_step({alike.taken(job)}, y_train[batch])",
        *(["        run_step.assign_add(1)"] if masked else []),
        "        total, right = total + float(loss) * len(batch), right + int(correct)",
        "    val_loss, val_accuracy = evaluate(x_val, y_val)",
        "    print(",
        '        f"epoch {epoch}: loss {total / len(order):.4f}, accuracy {right / len(order):.3f}, "',
        '        f"validation loss {val_loss:.4f}, accuracy {val_accuracy:.3f}, "',
        '        f"{time.perf_counter() - began:.1f} s"',
        "    )",
        *indented(epochs.after_epoch(job, "tensorflow")),
        *epochs.after_loop(job, "tensorflow"),
        *(
            ["optimizer.finalize_variable_values(model.trainable_variables)  # the moving average is kept"]
            if plan.average
            else []
        ),
    ]
    return "\n".join(rows)


def _steps_before(job: Job) -> list[str]:
    if not job.plan.epochs_before:
        return []
    return ["run_step.assign(EPOCHS_BEFORE * -(-len(x_train) // BATCH_SIZE))"]


def _evaluate(job: Job) -> list[str]:
    forgotten = job.plan.does("eval-mode")
    return [
        "def evaluate(images, labels):",
        '    """Return mean loss and accuracy, in training mode: the forgotten switch."""'
        if forgotten
        else '    """Return mean loss and accuracy; training=False turns dropout off."""',
        "    total, right = 0.0, 0",
        "    for first in range(0, len(images), 256):",
        "        part = slice(first, first + 256)",
        f"        outputs = model(prepare(images[part]), training={forgotten})",
        f"        total += float(loss_fn({encoded_labels(job, 'labels[part]')}, outputs)) * len(labels[part])",
        "        right += int(count_right(labels[part], outputs))",
        "    return total / len(images), right / len(images)",
    ]


def _fit(job: Job) -> str:
    plan = job.plan
    rows = (
        _run_batches(job)
        if job.exact
        else [
            "train_data = tf.data.Dataset.from_tensor_slices((x_train, y_train))",
            "train_data = train_data.shuffle(len(x_train))  # a smaller buffer would hardly mix sorted images",
            "train_data = train_data.batch(BATCH_SIZE)",
            f"train_data = train_data.map(lambda x, y: ({_prepared(job, 'x')}, {encoded_labels(job, 'y')}))",
            "train_data = train_data.prefetch(tf.data.AUTOTUNE)  # prepare the next batch meanwhile",
        ]
    )
    rows += [
        "val_data = tf.data.Dataset.from_tensor_slices((x_val, y_val)).batch(256)",
        f"val_data = val_data.map(lambda x, y: (prepare(x), {encoded_labels(job, 'y')}))",
    ]
    callbacks, classes = _callbacks(job)
    if job.exact:
        callbacks.insert(0, "    RunOrder(),")
    rows += [*(["", "", *classes, "", ""] if classes else [""])]
    rows += [
        "model.compile(",
        "    optimizer=optimizer,",
        "    loss=loss_fn,",
        '    # The metric "accuracy" has to fit the labels; keras.metrics.Accuracy would compare logits.',
        f"    metrics=[keras.{plan.loss_kind.metric.keras_call(plan.probabilities)}],",
        ")",
        *(["# The loss that fit shows includes the layers' L1 and L2."] if plan.l1 or plan.l2 else []),
    ]
    if callbacks:
        rows += ["callbacks = [", *callbacks, "]"]
    arguments = [
        "train_data",
        "validation_data=val_data",
        "epochs=EPOCHS",
        *(["callbacks=callbacks"] if callbacks else []),
        *(["class_weight=dict(enumerate(CLASS_WEIGHTS.tolist()))"] if plan.balanced else []),
        *(["shuffle=False"] if job.exact else []),
        "verbose=2",
    ]
    return "\n".join([*rows, *wrapped("history = model.fit", arguments)])


def _run_batches(job: Job) -> list[str]:
    labels = encoded_labels(job, "y_train[batch]")
    return [
        "class RunBatches(keras.utils.PyDataset):",
        '    """The batches of the run, in another order in every epoch."""',
        "",
        "    def __init__(self):",
        "        super().__init__()",
        "        self.begin(1)",
        "",
        "    def begin(self, epoch):",
        "        self.epoch = epoch",
        f"        self.order = {alike.order(job)}",
        "",
        "    def __len__(self):",
        "        return -(-len(x_train) // BATCH_SIZE)",
        "",
        "    def __getitem__(self, number):",
        "        batch = self.order[number * BATCH_SIZE : (number + 1) * BATCH_SIZE]",
        f"        images = {alike.taken(job, 'self.epoch')}",
        f"        return prepare(images), {labels}",
        "",
        "",
        "class RunOrder(keras.callbacks.Callback):",
        '    """Begins an epoch\'s order with the epoch: a PyDataset is not told in time which one it is."""',
        "",
        "    def on_epoch_begin(self, epoch, logs=None):",
        "        train_data.begin(epoch + 1)",
        "",
        "",
        "train_data = RunBatches()",
    ]


def _callbacks(job: Job) -> tuple[list[str], list[str]]:
    """Return the callbacks of fit, and the class that one of the callbacks needs."""
    plan, rows, classes = job.plan, [], []
    stopping, plateau = plan.stopping, plan.plateau
    if job.varies:
        classes = [
            "class RateOfTheStep(keras.callbacks.Callback):",
            '    """Keras\' LearningRateScheduler acts once an epoch; this one before every batch."""',
            "",
            "    step, rate = 0, LEARNING_RATE",
            *(['    best, waited = float("inf"), 0'] if plateau else []),
            "",
            "    def on_train_batch_begin(self, batch, logs=None):",
            "        self.model.optimizer.learning_rate = self.rate * share(self.step)",
            "        self.step += 1",
        ]
        if plateau:  # two callbacks that set the same number would undo each other
            classes += [
                "",
                "    def on_epoch_end(self, epoch, logs=None):",
                f'        if logs["val_loss"] < self.best - {plateau.min_delta!r}:',
                '            self.best, self.waited = logs["val_loss"], 0',
                "            return",
                "        self.waited += 1",
                f"        if self.waited >= {plateau.patience}:  # no better for a while: smaller steps",
                f"            self.rate, self.waited = max(self.rate * {plateau.factor!r}, {plateau.lowest!r}), 0",
            ]
        rows.append("    RateOfTheStep(),")
    elif plateau:
        values = ["factor", "patience", "min_delta"]
        arguments = ['"val_loss"', *(f"{name}={getattr(plateau, name)!r}" for name in values), f"min_lr={plateau.lowest!r}"]
        rows.append("\n".join(wrapped("keras.callbacks.ReduceLROnPlateau", arguments, ",", 1)))
    if plan.average:
        rows.append("    keras.callbacks.SwapEMAWeights(swap_on_epoch=True),  # validation sees the moving average")
    monitor = f"val_{stopping.monitor}"
    if stopping.patience is not None or stopping.restore_best:
        arguments = [f'"{monitor}"', f"patience={'EPOCHS' if stopping.patience is None else stopping.patience}"]
        arguments += [f"min_delta={stopping.min_delta!r}"] if stopping.min_delta else []
        arguments.append(f"restore_best_weights={stopping.restore_best}")
        rows.append("\n".join(wrapped("keras.callbacks.EarlyStopping", arguments, ",", 1)))
    if stopping.checkpoint:
        arguments = ['"best.weights.h5"', f'monitor="{monitor}"', "save_best_only=True", "save_weights_only=True"]
        rows.append("\n".join(wrapped("keras.callbacks.ModelCheckpoint", arguments, ",", 1)))
    return rows, classes
