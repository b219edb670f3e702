"""The Compare page, section by section. Each section is a module with `show()`."""
