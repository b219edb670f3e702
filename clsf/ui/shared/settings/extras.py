"""The settings of a plan that differ from the defaults, in a word or two each, for the start button and for a run."""

from __future__ import annotations

from clsf.frameworks import USUAL
from clsf.loss_kinds import LOSSES
from clsf.plan import Plan
from clsf.schedule_kinds import SCHEDULE_KINDS
from clsf.ui.shared.text import t, tn, words


def said(plan: Plan, short: bool = False) -> list[str]:
    """Return the differences of this plan from the defaults: nothing if only the essential settings were chosen.

    `short`: without size, rules, number format and seed, for places that show these anyway.
    """
    usual, prepared, varied = Plan("digits"), plan.preparation, plan.augmentation
    size, limit, loss = prepared.image_size, plan.train_limit, LOSSES[plan.loss].short
    clipping, plateau, stopping = plan.clipping, plan.plateau, plan.stopping
    warmup, schedule = plan.schedule.warmup_epochs, SCHEDULE_KINDS[plan.schedule.kind].short
    parts = [
        (plan.weights, t("weights: {weights}", weights=plan.weights)),
        (plan.train_layers != "all", t("trains {layers}", layers=plan.train_layers)),
        (plan.backbone_rate, t("backbone at {rate}", rate=f"{plan.backbone_rate or 0:g}")),
        (plan.freeze_norms, t("batch normalisation frozen")),
        (size and not short, f"{size}×{size}"),
        (prepared.colour != usual.preparation.colour, t("grey") if prepared.colour == "grey" else t("colour")),
        (prepared.scale != usual.preparation.scale, prepared.scale),
        (limit, tn("{count} image at most", "{count} images at most", limit or 0, count=f"{limit or 0:,}")),
        (varied.flip, t("flip")),
        (varied.shift, t("shift {pixels} px", pixels=varied.shift)),
        (varied.rotation, t("rotation {degrees}°", degrees=f"{varied.rotation:g}")),
        (varied.brightness, t("brightness ±{share}", share=f"{varied.brightness:.0%}")),
        (varied.cutout, t("cutout {pixels} px", pixels=varied.cutout)),
        *((True, f"{name} {value:g}") for name, value in plan.hyper.items()),
        (loss, loss and words(loss)),
        (plan.probabilities, t("from probabilities")),
        (plan.label_smoothing, t("label smoothing {share}", share=f"{plan.label_smoothing:g}")),
        (plan.l1, f"L1 {plan.l1:g}"),
        (plan.l2, f"L2 {plan.l2:g}"),
        (plan.weight_decay, t("weight decay {value}", value=f"{plan.weight_decay:g}")),
        (clipping, clipping and t("clipped by {kind} {limit}", kind=clipping.kind, limit=f"{clipping.limit:g}")),
        (plan.accumulate > 1, t("batches per update: {batches}", batches=plan.accumulate)),
        (plan.average, t("average of weights {share}", share=f"{plan.average:g}")),
        (plan.mixed, "bfloat16"),
        (plan.balanced, t("classes weighed")),
        (schedule, schedule and words(schedule)),
        (warmup, t("warm-up {epochs}", epochs=f"{warmup:g}")),
        (plateau, plateau and t("reduce on plateau after {epochs}", epochs=plateau.patience)),
        (stopping.patience, t("early stopping after {epochs}", epochs=stopping.patience)),
        (stopping.restore_best, t("best epoch restored")),
        (stopping.checkpoint and not stopping.restore_best, t("best epoch kept too")),
        (plan.rules == "native" and not short, t("each its own rule")),
        (plan.start != usual.start, t("weights begin as in PyTorch")),
        (plan.seed and not short, t("seed {seed}", seed=plan.seed)),
        (plan.dtype != usual.dtype and not short, plan.dtype),
        *((variant != USUAL[name], variant) for name, variant in plan.variants.items()),
        (plan.look_inside, t("looks inside")),
        (plan.begin_from, t("begins with another run's weights")),
    ]
    return [text for wanted, text in parts if wanted]
