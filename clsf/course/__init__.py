"""The course: lessons and questions as data, what checks a task, and what a student has reached. No Streamlit, no framework.

lesson.py    what a lesson is made of        running.py   programs that answers are computed by
parsing.py   a Markdown file -> a lesson     tasks.py     whether a task is done, by what a session holds
path.py      all lessons and questions       progress.py  what was reached, kept, and taken along as a file
finding.py   numbers that are read off       fixing.py    faults that are taken out of a program

Pictures of lessons that compute: neighbours.py (shuffled pixels), parts.py (a part of one's own), workers.py (several devices)
"""
