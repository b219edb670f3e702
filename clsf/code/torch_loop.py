"""How a PyTorch script trains: first weights, loss, optimizer and the loop of each variant. Twin of `clsf.code.tensorflow_loop`."""

from __future__ import annotations

from clsf.calls import Call, Name
from clsf.code import alike, epochs, run_layers
from clsf.code.assembly import indented
from clsf.code.job import Job
from clsf.code.lines import wrapped
from clsf.optimizers import OPTIMIZERS
from clsf.plan import Plan


def start(job: Job) -> str:
    """Return first weights that are not PyTorch's own."""
    plan = job.plan
    if plan.start == "kaiming" or plan.does("initial-weights"):
        return ""
    rows = [
        "def start_like_keras(module):",
        '    """Keras\' first weights: kernels uniform by Glorot, biases 0; PyTorch\'s own are others."""',
        "    if isinstance(module, (nn.Conv2d, nn.Linear)):",
        "        nn.init.xavier_uniform_(module.weight)",
    ]
    if not plan.does("bias-init"):
        rows += ["        if module.bias is not None:", "            nn.init.zeros_(module.bias)"]
    return "\n".join([*rows, "", "", "model.apply(start_like_keras)"])


def objective(job: Job) -> str:
    """Return the loss, and the code that counts correct predictions."""
    plan = job.plan
    rows = _weighted(_loss(job), plan) if plan.balanced else _loss(job)
    if plan.balanced:
        made = ["CLASS_WEIGHTS", "dtype=torch.get_default_dtype()", "device=device"]
        rows = [*epochs.class_weights(job), *wrapped("CLASS_WEIGHTS = torch.tensor", made), "", "", *rows]
    answers = plan.loss_kind.metric.torch_text(plan.probabilities)
    rows += ["", "", "def count_right(labels, outputs):", f"    return ({answers} == labels).sum()"]
    if _penalised(job):
        terms = [
            f"{name.upper()} * kernel.{formula}.sum()"
            for name, formula in (("l1", "abs()"), ("l2", "square()"))
            if _has(job, name)
        ]
        rows += [
            "", "", "def penalty():",
            '    """L1 and L2 of all kernels, as Keras\' kernel_regularizer adds them; biases are left alone."""',
            "    kernels = [p for p in model.parameters() if p.ndim > 1]",
            f"    return sum({' + '.join(terms)} for kernel in kernels)",
        ]  # fmt: skip
    return "\n".join(rows)


def _has(job: Job, name: str) -> bool:
    return bool(getattr(job.plan, name)) and not (name == "l2" and job.plan.does("weight-decay-style"))


def _penalised(job: Job) -> bool:
    return _has(job, "l1") or _has(job, "l2")


def _loss(job: Job) -> list[str]:
    plan = job.plan
    kind = plan.loss_kind
    if not kind.smooths and not plan.probabilities:
        return ["loss_fn = nn.CrossEntropyLoss()  # applies softmax itself, so the model has none"]
    rows = ["def loss_fn(outputs, labels):"]
    clipped = ["    outputs = outputs.clamp(1e-7, 1 - 1e-7)  # no logarithm of 0"]
    if not kind.smooths:
        rows += ['    """Cross-entropy of probabilities: nn.CrossEntropyLoss would apply softmax again."""', *clipped]
        rows.append("    return F.nll_loss(torch.log(outputs), labels)")
    elif kind.one_output:
        rows += [
            '    """One output for two classes."""',
            "    target = labels.to(outputs.dtype)[:, None]  # (batch,) -> (batch, 1)",
        ]
        if plan.label_smoothing:
            rows.append("    target = target * (1 - LABEL_SMOOTHING) + 0.5 * LABEL_SMOOTHING")
        rows.append(
            f"    return F.{kind.torch.removesuffix('_with_logits') if plan.probabilities else kind.torch}(outputs, target)"
        )
    else:
        rows.append('    """Cross-entropy with one-hot labels: the same number as with whole ones."""')
        rows.append(f"    target = F.one_hot(labels, {job.classes}).to(outputs.dtype)")
        if plan.label_smoothing:
            rows.append(f"    target = target * (1 - LABEL_SMOOTHING) + LABEL_SMOOTHING / {job.classes}")
        if plan.probabilities:
            rows += [*clipped, "    return -(target * torch.log(outputs)).sum(dim=1).mean()"]
        else:
            rows.append("    return F.cross_entropy(outputs, target)")
    return rows


def _weighted(rows: list[str], plan: Plan) -> list[str]:
    """Return the loss with weights of the classes, from the lines of the one without."""
    if not rows[0].startswith("def"):
        rows = [
            "def loss_fn(outputs, labels):",
            '    """Applies softmax itself, so the model has none."""',
            "    return F.cross_entropy(outputs, labels)",
        ]
    *head, last = rows
    each = last.removeprefix("    return ").removesuffix(".mean()")
    if each.startswith("F."):
        each = each[:-1] + ', reduction="none")' + ("[:, 0]" if plan.loss_kind.one_output else "")
    total = "weights[labels] * losses"
    mean = f"({total}).sum() / weights[labels].sum()" if plan.does("class-weight-mean") else f"({total}).mean()"
    why = (
        "Divided by the sum of the weights, as nn.CrossEntropyLoss(weight=...) does."
        if plan.does("class-weight-mean")
        else "Divided by the count of images; nn.CrossEntropyLoss(weight=...) divides by the weights' sum."
    )
    return [
        head[0].replace("labels)", "labels, weights=None)"), *head[1:], f"    losses = {each}",
        "    if weights is None:", "        return losses.mean()",
        f"    # {why}", f"    return {mean}",
    ]  # fmt: skip


def optimizer(job: Job) -> str:
    """Return the line that makes the optimizer, and how it was adapted to Keras' rule."""
    plan = job.plan
    declared = OPTIMIZERS[plan.optimizer]
    aligned = not plan.native_optimizer
    if job.exact and aligned:
        return "\n".join([run_layers.rule(job).rstrip("\n"), *_averaged(plan)])
    if _inside(job):
        values = {"lr": Name("LEARNING_RATE"), **declared.values(plan.hyper), **declared.fixed}
        call = Call("KerasMomentum", (Call("model.parameters"),), {k: v for k, v in values.items() if v != _MOMENTUM.get(k)})
        return "\n".join(
            [*_KERAS_MOMENTUM, "", "", *wrapped(f"optimizer = {call.name}", list(call.arguments())), *_averaged(plan)]
        )
    decay = None
    if plan.l2 and plan.does("weight-decay-style") and not job.exact:
        decay = Name("L2")
    elif plan.weight_decay and (declared.decoupled or plan.rules == "native"):
        decay = Name("WEIGHT_DECAY")
    elif plan.rules != "native" and declared.decoupled:
        decay = plan.decay
    call = declared.torch_call(Name("LEARNING_RATE"), plan.hyper, decay, aligned)
    arguments = list(call.but(args=(Call("model.parameters"),)).arguments())
    rows = [f"# {declared.note}"] if aligned and declared.note else []
    return "\n".join([*rows, *wrapped(f"optimizer = torch.{call.name}", arguments), *_averaged(plan)])


def _averaged(plan: Plan) -> list[str]:
    if not plan.average:
        return []
    swa = "torch.optim.swa_utils"
    return [
        "# A second model whose weights are the moving average of the first one's.",
        *wrapped(f"averaged = {swa}.AveragedModel", ["model", f"multi_avg_fn={swa}.get_ema_multi_avg_fn({plan.average!r})"]),
    ]


def _clipped_as_keras(kind: str, limit: str) -> list[str]:
    """Return the lines that clip by a norm with Keras' formula: `clip_grad_norm_` adds 1e-6 to the norm."""
    if kind == "norm":
        return [
            "# Each array by itself, as Keras' clipnorm.",
            "for p in model.parameters():",
            f"    p.grad.mul_({limit} / p.grad.square().sum().sqrt().clamp(min={limit}))",
        ]
    return [
        "# All arrays together, as Keras' global_clipnorm.",
        "norm = torch.stack([p.grad.square().sum() for p in model.parameters()]).sum().sqrt()",
        "for p in model.parameters():",
        f"    p.grad.mul_({limit} * torch.minimum(1 / norm, torch.full_like(norm, 1 / {limit})))",
    ]


def _clipped(plan: Plan, exact: bool) -> list[str]:
    """Return the lines between backward and step; `exact`: by the formulas of a run."""
    if plan.clipping is None:
        return []
    limit = repr(plan.clipping.limit)
    if plan.clipping.kind == "value":
        return [f"nn.utils.clip_grad_value_(model.parameters(), {limit})"]
    if exact and not plan.does("clip-norm"):
        return _clipped_as_keras(plan.clipping.kind, limit)
    if plan.clipping.kind == "norm" and not plan.does("clip-norm"):
        return [
            "# Each array by itself, as Keras' clipnorm.",
            "for p in model.parameters():",
            f"    nn.utils.clip_grad_norm_(p, {limit})",
        ]
    return [f"nn.utils.clip_grad_norm_(model.parameters(), {limit})  # all arrays together"]


def _inside(job: Job) -> bool:
    """Whether Keras' update, with the learning rate inside the velocity, differs from PyTorch's: not while the rate is constant."""
    plan = job.plan
    changes = job.varies or plan.plateau is not None
    return OPTIMIZERS[plan.optimizer].remembers_rate and changes and not plan.native_optimizer


_MOMENTUM = {"momentum": 0.9, "nesterov": False}
"""Defaults of the class below."""

_KERAS_MOMENTUM = f'''class KerasMomentum(torch.optim.Optimizer):
    """Momentum with the learning rate inside the velocity, as in Keras: v = momentum v - lr g.

    torch.optim.SGD keeps it outside, so that a new learning rate also acts on what was gathered before.
    The two are equal only while the learning rate stays as it is, and here it changes.
    """

    def __init__(self, parameters, lr, momentum={_MOMENTUM["momentum"]}, nesterov=False):
        super().__init__(parameters, {{"lr": lr, "momentum": momentum, "nesterov": nesterov}})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                v = self.state[p].setdefault("velocity", torch.zeros_like(p))
                v.mul_(group["momentum"]).sub_(group["lr"] * p.grad)
                p += group["momentum"] * v - group["lr"] * p.grad if group["nesterov"] else v'''.split("\n")


def loop(job: Job, variant: str, norm: bool = False, masked: bool = False) -> str:
    """Return the training loop of a variant. `norm`: the model has batch normalisation, which needs two images at least.

    `masked`: dropout has the run's masks, by the number of the step.
    """
    plan = job.plan
    training = ", training=True" if job.varies_images else ""
    loader = variant == "dataloader"
    rows = []
    if loader and job.exact:
        rows += [
            "class RunBatches:",
            '    """The batches of the run, in another order in every epoch."""',
            "",
            "    epoch = 0",
            "",
            "    def __len__(self):",
            "        return -(-len(x_train) // BATCH_SIZE)",
            "",
            "    def __iter__(self):",
            "        self.epoch += 1",
            f"        order = {alike.order(job, 'self.epoch')}",
            "        return iter(np.split(order, range(BATCH_SIZE, len(order), BATCH_SIZE)))",
            "",
            "",
            "# The loader hands over which images are in a batch: how an image is varied depends on its number.",
            *wrapped("train_loader = DataLoader", ["range(len(x_train))", "batch_sampler=RunBatches()", "collate_fn=np.array"]),
            "",
            "",
        ]
    elif loader:
        rows.append("train_data = TensorDataset(torch.from_numpy(x_train), torch.from_numpy(y_train))")
        arguments = ["train_data", "batch_size=BATCH_SIZE", "shuffle=True"]
        if norm:
            rows.append("# Batch normalisation refuses to normalise a single image: a last batch of one is left out.")
            arguments.append("drop_last=len(x_train) % BATCH_SIZE == 1")
        rows += [*wrapped("train_loader = DataLoader", arguments), "", ""]
    if masked and plan.epochs_before:
        rows += ["RunDropout.step = EPOCHS_BEFORE * -(-len(x_train) // BATCH_SIZE)", "", ""]
    rows += [
        *_evaluate(plan),
        "",
        "",
        *epochs.before_loop(job),
        *(["batches = 0"] if plan.accumulate > 1 else []),
        "for epoch in range(1, EPOCHS + 1):",
    ]
    rows += [
        "    began, total, right, seen = time.perf_counter(), 0.0, 0, 0",
        "    model.train()  # dropout on, batch normalisation by the batch; evaluate() switched it off",
    ]
    inner = [f"images, labels = prepare(images{training}), labels.to(device)"]
    if loader and job.exact:
        rows.append("    for batch in train_loader:")
    elif loader:
        rows.append("    for images, labels in train_loader:")
    else:
        rows += [
            f"    order = {alike.order(job) if job.exact else 'rng.permutation(len(x_train))  # another order in every epoch'}",
            "    for first in range(0, len(order), BATCH_SIZE):",
            "        batch = order[first : first + BATCH_SIZE]",
        ]
        if norm:
            rows += [
                "        if len(batch) == 1:  # batch normalisation refuses to normalise a single image",
                "            continue",
            ]
    if not loader or job.exact:
        inner = [f"images = prepare({alike.taken(job)}{training})", "labels = torch.from_numpy(y_train[batch]).to(device)"]
    if job.varies:
        inner += [epochs.set_rate("rate * share(step)", "torch"), "step += 1"]
    gathers = plan.accumulate > 1
    minimised = "(loss + penalty())" if _penalised(job) else "loss"
    inner += [
        *([] if gathers else ["optimizer.zero_grad()  # gradients add up until they are cleared"]),
        *_forward(plan, "images"),
        f"loss = loss_fn(outputs, labels{', CLASS_WEIGHTS' if plan.balanced else ''})",
        f"({minimised} / {plan.accumulate}).backward()  # gradients add up until they are cleared"
        if gathers
        else f"{minimised}.backward()  # leaves a gradient at every parameter",
    ]
    if plan.l2 and plan.does("weight-decay-style") and job.exact:
        inner += [
            "# As PyTorch's weight_decay: on every weight, by way of the gradient.",
            "for p in model.parameters():",
            "    p.grad.add_(p.detach(), alpha=L2)",
        ]
    update = _clipped(plan, job.exact)
    decays = plan.weight_decay and plan.rules != "native" and not OPTIMIZERS[plan.optimizer].decoupled
    if decays and (plan.native_optimizer or not job.exact):
        update += [
            "# As in Keras: weights shrink by themselves, not by way of the gradient.",
            "with torch.no_grad():",
            "    for p in model.parameters():",
            '        p.mul_(1 - optimizer.param_groups[0]["lr"] * WEIGHT_DECAY)',
        ]
    why = "" if gathers else "  # it was given the parameters when it was made, so it needs no model here"
    update.append(f"optimizer.step(){why}")
    if plan.average:
        update.append("averaged.update_parameters(model)")
    if gathers:
        update = ["batches += 1", f"if batches % {plan.accumulate} == 0:", *indented([*update, "optimizer.zero_grad()"])]
    inner += [
        *update,
        *(["RunDropout.step += 1"] if masked else []),
        "total += loss.item() * len(labels)",
        "right, seen = right + count_right(labels, outputs).item(), seen + len(labels)",
    ]
    rows += indented(inner, 2)
    rows += [
        "    val_loss, val_accuracy = evaluate(x_val, y_val)",
        "    print(",
        '        f"epoch {epoch}: loss {total / seen:.4f}, accuracy {right / seen:.3f}, "',
        '        f"validation loss {val_loss:.4f}, accuracy {val_accuracy:.3f}, "',
        '        f"{time.perf_counter() - began:.1f} s"',
        "    )",
        *indented(epochs.after_epoch(job, "torch")),
        *epochs.after_loop(job, "torch"),
        *(_AVERAGE_KEPT if plan.average else []),
    ]
    return "\n".join(rows)


_AVERAGE_KEPT = [
    "with torch.no_grad():  # the moving average is kept",
    "    for p, average in zip(model.parameters(), averaged.parameters()):",
    "        p.copy_(average)",
]


def _forward(plan: Plan, images: str) -> list[str]:
    """Return the lines that call the model."""
    if not plan.mixed:
        return [f"outputs = model({images})"]
    return [
        "with torch.autocast(device.type, torch.bfloat16):  # products in bfloat16",
        f"    outputs = model({images}).float()",
    ]


def _evaluate(plan: Plan) -> list[str]:
    """Return the function that evaluates; without the switch to evaluation mode, if that is the plan's difference."""
    return [
        "@torch.no_grad()  # keep nothing for a backward pass: saves memory and time",
        "def evaluate(images, labels):",
        '    """Return mean loss and accuracy."""',
        "    model.train()  # the forgotten switch: this should be eval()"
        if plan.does("eval-mode")
        else "    model.eval()  # dropout off, batch normalisation by its moving averages",
        "    total, right = 0.0, 0",
        "    for first in range(0, len(images), 256):",
        *indented(_forward(plan, "prepare(images[first : first + 256])"), 2),
        "        target = torch.from_numpy(labels[first : first + 256]).to(device)",
        "        total += loss_fn(outputs, target).item() * len(target)",
        "        right += count_right(target, outputs).item()",
        "    return total / len(images), right / len(images)",
    ]
