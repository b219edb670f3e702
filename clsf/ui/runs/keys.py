"""Every session_state key of the Runs page."""

TEXT, DATA, MODEL, FRAMEWORK = "history_text", "history_data", "history_model", "history_framework"
STATUS, TAG = "history_status", "history_tag"
SORT, UPWARDS, DELETED, PAGE = "history_sort", "history_upwards", "history_deleted", "history_page"
TABLE = "history_table"
CHOSEN = "chosen"  # in the link: ids of the runs that are chosen
TABLE_ROUND = "history_round"  # a new table, with nothing chosen, whenever this grows
NAME, NOTE, TAGS = "history_name", "history_note", "history_tags"
UNDO = "history_undo"  # ids of the runs that were deleted last
SAID = "history_said"  # (place, icon, sentence) to be shown once
KEY = "history_key"
CAPSULE = "history_capsule"
