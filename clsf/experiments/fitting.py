"""Enlarges images for a model that is too deep for their original size."""

from __future__ import annotations

from dataclasses import replace

from clsf.data import catalogue
from clsf.data.prepare import prepared_shape
from clsf.errors import SpecError
from clsf.model.spec import ModelSpec
from clsf.plan import Plan

SIZES = (28, 32, 64, 128)
"""Sides in pixels that are tried, in this order."""


def fitting(spec: ModelSpec, plan: Plan) -> Plan:
    """Return the plan, its images resized to the first of SIZES that the model takes if it does not take them unchanged.

    A plan that can't be fixed this way is returned unchanged: the training reports the error.
    """
    info = catalogue.info(plan.data)
    for side in (plan.preparation.image_size, *SIZES):
        preparation = replace(plan.preparation, image_size=side)
        try:
            spec.check(prepared_shape(info, preparation), len(info.classes))
        except SpecError:
            continue
        return plan.but(preparation=preparation)
    return plan
