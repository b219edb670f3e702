"""Every session_state key of the Data page; those of widgets are in the link under the same name."""

from __future__ import annotations

SECTION = "part_of_data"

# Look.
PART = "images_of"
ROWS, COLUMNS, SIDE = "grid_rows", "grid_columns", "grid_side"
CLASSES = "grid_classes"  # in the link: their numbers, for names may be anything
SHUFFLE, PAGE = "grid_order", "grid_page"
IMAGE = "image"  # in the link: the index of the image in view
GRID = "data_grid"

# Alike.
SAMPLE = "map_images"
PAIRS = "pairs"

# Split.
WAY = "split"
SPLIT_SHARE, SPLIT_SEED = "split_share", "split_seed"

# Leaks.
LEAK_RUNS = "leak_runs"  # (data set, checksum, kind of finding) -> the runs with the leak and without it

# Order.
BUFFER = "buffer"
BUFFER_SIZE = "buffer_size"
ORDER_BATCH, ORDER_SEED = "order_batch", "order_seed"

# Augmentation lab.
LAB_FLIP, LAB_SHIFT, LAB_ROTATION, LAB_BRIGHTNESS, LAB_CUTOUT = "lab_flip", "lab_shift", "lab_rotation", "lab_brightness", "lab_cutout"  # fmt: skip
LAB_IMAGE, LAB_SEED = "lab_image", "lab_seed"
AUGMENTATION = "chosen_augmentation"  # what was taken over for training, as a dict

# Labels.
LOGITS = "logits"
LOGITS_SEED = "logits_seed"

# Own images.
WAY_IN = "upload_as"
ARCHIVE, FOLDER = "upload_zip", "upload_folder"
KINDS = "upload_classes"
OWN_SIDE = "upload_side"
OWN_TITLE = "upload_title"
OWN_TASK = "upload_task"  # the Task that reads an upload
OWN_FOUND = "upload_found"  # the result
OWN_DONE = "upload_done"  # counts the uploads, so that the widgets are empty afterwards
OWN_READING = "upload_reading"  # how the last upload is read, before it is imported
OWN_ROLE, OWN_ENCODING, OWN_LABELS = "upload_role", "upload_encoding", "upload_labels"
SAVE_TITLE, SAVE_EVERYONE = "save_title", "save_everyone"


def kind_name(number: int) -> str:
    """Return the key of the widget that names a class of an upload."""
    return f"upload_class_{number}"


def kind_files(number: int, upload: int) -> str:
    """Return the key of the widget that takes the images of a class."""
    return f"upload_files_{upload}_{number}"
