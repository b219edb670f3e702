"""clsf: image classification in TensorFlow and PyTorch, equal by construction.

Importing this package loads no framework, no Streamlit and no NumPy: everything is imported from the module that
holds it, for example `from clsf.model.presets import preset` or `from clsf.plan import Plan`.
"""

__version__ = "0.1.0"

FRAMEWORKS = ("tensorflow", "torch")
"""The two frameworks, by the name of their Python package. Everywhere a framework is named, it is one of these."""
