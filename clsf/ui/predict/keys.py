"""Every session_state key of the Predict page; those of widgets are in the link under the same name."""

SECTION = "predict"

# Which runs. The first is clsf.ui.shared.state.RUN in the link.
ONE, TWO = "predict_one", "predict_two"
FOLLOWED = "predict_followed"  # the run in the link that ONE and TWO were last set by
SECOND = "second"  # in the link

# Try it.
SOURCE = "source"
SHEET, SHEET_LINK = "predict_sheet", "drawing"  # the second is in the link
UPLOAD, CAMERA = "predict_upload", "predict_camera"
TURN = "predict_inverted"
CLASS, NUMBER = "of_class", "image_number"
IMAGE = "predict_image"  # the image that was tried last: (run's task, pixels, words)

# Evaluate.
MEASURED = "predict_measured"  # run id -> the result of its evaluation
LOOKS = "predict_looks"  # how often the test set was used in this session
FRESH = "predict_fresh"  # run id -> the effect of recomputed batch normalisation statistics
VIEW = "measured_as"
MATRIX, CELL = "matrix", "predict_cell"  # the second with "-" and a run id

# Look inside.
INSIDE, CLASS_EXPLAINED, MAP = "inside_view", "explained_class", "map_method"
EXPLAIN, EXPLAIN_LINK = "predict_inside_image", "inside_image"

# Downloads, report.
NOTES, AUTHOR = "predict_notes", "predict_author"
CAPSULE = "predict_capsule"
TAKEN = "predict_taken"  # the result of the last capsule that was opened
