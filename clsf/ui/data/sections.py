"""The parts of the Data page, and which one the reader looks at; only that one computes."""

from __future__ import annotations

from clsf.ui.data import augmentation_view, keys, labels, leaks_view, look, numbers, order_view, own
from clsf.ui.shared.sections import Section, Sections
from clsf.words import say

SECTIONS = Sections(
    keys.SECTION,
    (
        Section("look", say("Look"), ":material/apps:", look.show),
        Section("numbers", say("Numbers"), ":material/bar_chart:", numbers.show),
        Section("alike", say("Likeness"), ":material/scatter_plot:", numbers.alike),
        Section("split", say("Split"), ":material/call_split:", order_view.split),
        Section("leaks", say("Leaks"), ":material/water_drop:", leaks_view.show),
        Section("order", say("Shuffle"), ":material/shuffle:", order_view.order),
        Section("vary", say("Augmentation"), ":material/auto_fix_high:", augmentation_view.show),
        Section("labels", say("Labels"), ":material/label:", labels.show),
        Section("own", say("Own images"), ":material/add_photo_alternate:", own.show),
    ),
)
