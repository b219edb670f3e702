"""For teachers: assignments, hand-ins that are checked again, classes and handouts. No Streamlit, no framework.

assignment.py  what students are to do, as a value and as text for a link
handin.py      what one student hands in: a zip file of JSON and capsules, written and read with care
seal.py        how a dashboard marks the files that it wrote, to find later changes
answers.py     whether the answers in a hand-in are right
curves.py      whether the numbers of a run agree with each other
rerun.py       what the handed-in weights predict, asked in a worker
grading.py     all checks of one hand-in, and its mark
table.py       the marks as a file for Moodle and Canvas
classroom.py   the students' positions and progress, from the store
"""
