"""The settings of a plan that differ from the defaults, in a word or two each, for the start button and for a run."""

from __future__ import annotations

from clsf.frameworks import USUAL
from clsf.loss_kinds import LOSSES
from clsf.plan import Plan, Preparation
from clsf.schedule_kinds import SCHEDULE_KINDS
from clsf.ui.shared.text import t, tn, words


def said(plan: Plan, short: bool = False) -> list[str]:
    """Return the differences of this plan from the defaults: nothing if only the essential settings were chosen.

    `short`: without size, rules, number format and seed, for places that show these anyway.
    """
    return [
        *_layers(plan),
        *_images(plan, short),
        *(f"{name} {value:g}" for name, value in plan.hyper.items()),
        *_loss(plan),
        *_regularisation(plan),
        *_updates(plan),
        *_pacing(plan),
        *_loop(plan, short),
    ]


def _images(plan: Plan, short: bool) -> list[str]:
    usual, texts = Preparation(), []
    chosen, varied = plan.preparation, plan.augmentation
    if chosen.image_size and not short:
        texts.append(f"{chosen.image_size}×{chosen.image_size}")
    if chosen.colour != usual.colour:
        texts.append(t("grey") if chosen.colour == "grey" else t("colour"))
    if chosen.scale != usual.scale:
        texts.append(chosen.scale)
    if plan.train_limit:
        texts.append(tn("{count} image at most", "{count} images at most", plan.train_limit, count=f"{plan.train_limit:,}"))
    parts = [
        (varied.flip, t("flip")),
        (varied.shift, t("shift {pixels} px", pixels=varied.shift)),
        (varied.rotation, t("rotation {degrees}°", degrees=f"{varied.rotation:g}")),
        (varied.brightness, t("brightness ±{share}", share=f"{varied.brightness:.0%}")),
        (varied.cutout, t("cutout {pixels} px", pixels=varied.cutout)),
    ]
    return texts + [text for wanted, text in parts if wanted]


def _layers(plan: Plan) -> list[str]:
    parts = [
        (plan.weights, t("weights: {weights}", weights=plan.weights)),
        (plan.train_layers != "all", t("trains {layers}", layers=plan.train_layers)),
        (plan.backbone_rate, t("backbone at {rate}", rate=f"{plan.backbone_rate or 0:g}")),
        (plan.freeze_norms, t("batch normalisation frozen")),
    ]
    return [text for wanted, text in parts if wanted]


def _loss(plan: Plan) -> list[str]:
    texts = []
    short = LOSSES[plan.loss].short
    if short:
        texts.append(words(short))
    if plan.probabilities:
        texts.append(t("from probabilities"))
    if plan.label_smoothing:
        texts.append(t("label smoothing {share}", share=f"{plan.label_smoothing:g}"))
    return texts


def _regularisation(plan: Plan) -> list[str]:
    parts = ((plan.l1, "L1 {value}"), (plan.l2, "L2 {value}"), (plan.weight_decay, t("weight decay {value}")))
    return [text.format(value=f"{value:g}") for value, text in parts if value]


def _updates(plan: Plan) -> list[str]:
    texts = []
    if plan.clipping:
        texts.append(t("clipped by {kind} {limit}", kind=plan.clipping.kind, limit=f"{plan.clipping.limit:g}"))
    if plan.accumulate > 1:
        texts.append(t("batches per update: {batches}", batches=plan.accumulate))
    if plan.average:
        texts.append(t("average of weights {share}", share=f"{plan.average:g}"))
    if plan.mixed:
        texts.append("bfloat16")
    if plan.balanced:
        texts.append(t("classes weighed"))
    return texts


def _pacing(plan: Plan) -> list[str]:
    texts, schedule, stopping = [], plan.schedule, plan.stopping
    short = SCHEDULE_KINDS[schedule.kind].short
    if short:
        texts.append(words(short))
    if schedule.warmup_epochs:
        texts.append(t("warm-up {epochs}", epochs=f"{schedule.warmup_epochs:g}"))
    if plan.plateau:
        texts.append(t("reduce on plateau after {epochs}", epochs=plan.plateau.patience))
    if stopping.patience:
        texts.append(t("early stopping after {epochs}", epochs=stopping.patience))
    if stopping.restore_best:
        texts.append(t("best epoch restored"))
    elif stopping.checkpoint:
        texts.append(t("best epoch kept too"))
    return texts


def _loop(plan: Plan, short: bool) -> list[str]:
    texts, usual = [], Plan.__dataclass_fields__
    if plan.rules == "native" and not short:
        texts.append(t("each its own rule"))
    if plan.start != usual["start"].default:
        texts.append(t("weights begin as in PyTorch"))
    if plan.seed and not short:
        texts.append(t("seed {seed}", seed=plan.seed))
    if plan.dtype != usual["dtype"].default and not short:
        texts.append(plan.dtype)
    texts += [variant for name, variant in plan.variants.items() if variant != USUAL[name]]
    if plan.look_inside:
        texts.append(t("looks inside"))
    if plan.begin_from:
        texts.append(t("begins with another run's weights"))
    return texts
