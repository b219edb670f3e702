"""Models before any framework builds them: pure Python, so a page can check a design on every keystroke."""
