"""What the pages share: widgets, asking workers, pictures, styles, sections, views of runs. Imports no page."""
