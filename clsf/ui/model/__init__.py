"""The Model page's parts: the editor, the views of a design, and its code."""
