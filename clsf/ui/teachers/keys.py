"""Names in the session and in the link of the page For teachers."""

from clsf.teaching.assignment import CLASS, PARAMETER

SECTION = "teachers"  # also in the link
CLASS_SHOWN = "room"  # in the link: name of the class in view
TITLE, NOTE, LESSONS, ADDRESS, LOCKED = "task_title", "task_note", "task_lessons", "task_address", "task_locked"
GOAL, GOAL_DATA, GOAL_ACCURACY, GOAL_PARAMETERS = "task_goal", "task_data", "task_accuracy", "task_parameters"
CASE = "task_case"
IN_CLASS = "task_class"
HANDOUT = "handout_lesson"

__all__ = ["CLASS", "PARAMETER"]  # names in links, too
