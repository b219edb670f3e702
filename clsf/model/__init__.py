"""What a model is, before any framework builds it: pure Python, so a page can check a design on every keystroke."""
