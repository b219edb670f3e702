"""clsf in a notebook or a script: train both frameworks, compare them and get tables, without a dashboard.

    from clsf.api import open_session

    with open_session() as session:
        training = session.train("lecture-cnn", "digits", epochs=3)   # in a notebook with a live figure
        for event in training:                                        # or training.wait()
            ...
        training.epochs()                                             # a pandas DataFrame
        session.compare(training).findings                            # what was equal, and what was not
        session.lockstep("tiny", "digits", steps=20).steps            # every step compared, in float64

    read("homework.py").faults()                                      # a program is read, never run

TensorFlow and PyTorch run in worker processes; neither is imported here. In a script, keep the calls below
`if __name__ == "__main__":`, because the workers import the script too.
"""

from clsf.api.reading import Reading, read
from clsf.api.session import Comparison, Lockstep, Session, open_session
from clsf.api.training import Training

__all__ = ["Comparison", "Lockstep", "Reading", "Session", "Training", "open_session", "read"]
