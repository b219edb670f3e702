"""The course: lessons and questions as data, what checks a task, and what a student has reached. No Streamlit, no framework.

lesson.py    what a lesson is made of        running.py   programs that compute answers
parsing.py   a Markdown file -> a lesson     tasks.py     whether a task is done, from the session's state
path.py      all lessons and questions       progress.py  a student's progress, stored and exported as a file
finding.py   numbers read off a page       fixing.py    faults to fix in a program

Pictures of lessons that compute: neighbours.py (shuffled pixels), parts.py (a part of one's own), workers.py (several devices)
"""
