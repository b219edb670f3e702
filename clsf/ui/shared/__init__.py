"""Code shared by the pages: widgets, requests to workers, pictures, styles, sections, views of runs. Imports no page."""
