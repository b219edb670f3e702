"""The honest comparison: both frameworks in lockstep, one difference at a time, and how far a gap can be trusted.

    recording, session   inside a worker: one framework takes steps and tells what they computed
    sides, lockstep      the coordinator: both frameworks advance together, every tensor is compared
    differences          where the frameworks, or the lecture, behave differently under the same name
    fairness, noise      whether two runs may be compared, and whether their gap is more than chance
    gap                  the lecture's gap, explained by removing one cause at a time
    defaults             the installed frameworks' defaults, side by side

Nothing here imports a framework; `session` asks `clsf.backends` for the one of its worker.
"""
