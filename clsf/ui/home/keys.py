"""Every session_state key of the Start page; the runs are in the link under the same names."""

SHEET, SHEET_LINK = "home_sheet", "digit"  # the second is in the link
FIRST = "first_run"  # id of a run of the first training
OTHERWISE = "other_run"  # id of the run that does one thing otherwise
SWITCH = "home_otherwise"  # whether it is shown
WHO = "home_who"  # whose models answer
