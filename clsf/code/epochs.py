"""What happens around the steps of an epoch, as code that both loops share: schedule, plateau, best epoch, patience."""

from __future__ import annotations

from clsf.code.job import Job
from clsf.schedule_kinds import SCHEDULE_KINDS


def share(job: Job) -> str:
    """Return the function that computes how the learning rate changes over the steps, or nothing."""
    schedule = job.plan.schedule
    if not job.varies:
        return ""
    rows = ["STEPS_PER_EPOCH = -(-len(x_train) // BATCH_SIZE)  # the last batch may be smaller"] if schedule.varies else []
    warm = schedule.warmup_epochs > 0
    if warm:
        rows.append(f"WARMUP = round({schedule.warmup_epochs!r} * STEPS_PER_EPOCH)  # steps")
    name = "share"
    if job.changed:
        name = "planned_share"
        rows += [
            "# Steps that were done before -> learning rate that was set by hand in the run.",
            f"CHANGED = {dict(job.changed)!r}",
        ]
    rows += ["", "", f"def {name}(step):", '    """What the learning rate is multiplied with at a step, counted from 0."""']
    if warm:
        rows += ["    if step < WARMUP:  # a straight line up", "        return (step + 1) / WARMUP"]
    since = "(step - WARMUP)" if warm else "step"
    total = "EPOCHS * STEPS_PER_EPOCH" + (" - WARMUP" if warm else "")
    rows += [f"    {line}" for line in SCHEDULE_KINDS[schedule.kind].source(schedule, since, total)]
    if job.changed:
        rows += [
            "", "", "def share(step):",
            '    """The same, with the learning rate that was set by hand last in place of the one above."""',
            "    by_hand = [rate for done, rate in CHANGED.items() if done <= step]",
            "    return planned_share(step) * (by_hand[-1] / LEARNING_RATE if by_hand else 1.0)",
        ]  # fmt: skip
    return "\n".join(rows)


def class_weights(job: Job) -> list[str]:
    """Return the lines that count the classes."""
    return [
        "# Images of rare classes count more: 1 on average. A class without an image has 1.",
        f"counts = np.bincount(y_train, minlength={job.classes})",
        f"CLASS_WEIGHTS = np.where(counts > 0, len(y_train) / ({job.classes} * np.maximum(counts, 1)), 1.0)",
    ]


def after_epoch(job: Job, framework: str) -> list[str]:
    """Return the lines at the end of an epoch: plateau, best weights, patience."""
    plan, rows = job.plan, []
    stopping, plateau = plan.stopping, plan.plateau
    if plateau is not None:
        rows += [
            f"if val_loss < plateau_best - {plateau.min_delta!r}:",
            "    plateau_best, plateau_waited = val_loss, 0",
            "else:",
            "    plateau_waited += 1",
            f"    if plateau_waited >= {plateau.patience}:  # no better for a while: smaller steps from here on",
            f"        rate, plateau_waited = max(rate * {plateau.factor!r}, {plateau.lowest!r}), 0",
        ]
        if not job.varies:
            rows.append(f"        {set_rate('rate', framework)}")
    if watched(job):
        value = "val_loss" if stopping.monitor == "loss" else "-val_accuracy"
        rows.append(f"value = {value}  # smaller is better")
        if stopping.checkpoint:
            rows += ["if value < saved:", "    saved = value", f"    {CHECKPOINT[framework]}"]
        if _chooses(job):
            delta = f" - {stopping.min_delta!r}" if stopping.min_delta else ""
            rows += [f"if value < best{delta}:", "    best, best_epoch = value, epoch"]
            if stopping.restore_best:
                rows.append(f"    best_weights = {BEST[framework]}")
            if stopping.patience is not None:
                rows += [
                    f"elif epoch - best_epoch >= {stopping.patience}:",
                    '    print(f"stopped: nothing better for {epoch - best_epoch} epochs")',
                    "    break",
                ]
    return rows


BEST = {
    "tensorflow": "model.get_weights()",
    "torch": "{name: tensor.clone() for name, tensor in model.state_dict().items()}",
}
CHECKPOINT = {
    "tensorflow": 'model.save_weights("best.weights.h5")',
    "torch": 'torch.save(model.state_dict(), "best.pt")',
}
RESTORE = {"tensorflow": "model.set_weights(best_weights)", "torch": "model.load_state_dict(best_weights)"}


def set_rate(value: str, framework: str) -> str:
    """Return the line that sets the optimizer's learning rate."""
    return f"optimizer.learning_rate = {value}" if framework == "tensorflow" else f'optimizer.param_groups[0]["lr"] = {value}'


def watched(job: Job) -> bool:
    """Whether the best epoch is wanted."""
    s = job.plan.stopping
    return _chooses(job) or s.checkpoint


def _chooses(job: Job) -> bool:
    """Whether only an improvement of `min_delta` counts as the best epoch: the rule of EarlyStopping; ModelCheckpoint has none."""
    return job.plan.stopping.patience is not None or job.plan.stopping.restore_best


def before_loop(job: Job) -> list[str]:
    """Return the variables that the loop needs, set before it begins."""
    plan, rows = job.plan, []
    if job.varies:
        rows.append("step = 0  # of the whole run")
    if plan.plateau is not None or job.varies:
        rows.append("rate = LEARNING_RATE")
    if plan.plateau is not None:
        rows.append('plateau_best, plateau_waited = float("inf"), 0')
    if _chooses(job):
        rows.append('best, best_epoch = float("inf"), 0')
    if plan.stopping.checkpoint:
        rows.append('saved = float("inf")')
    return rows


def after_loop(job: Job, framework: str) -> list[str]:
    """Return what comes after the loop: the best epoch's weights, where they are wanted."""
    if not job.plan.stopping.restore_best:
        return []
    return [f"{RESTORE[framework]}  # those of the best epoch, in place of the last one's", 'print("best epoch:", best_epoch)']
