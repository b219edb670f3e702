"""The conversion lab: reads files with trained models without running anything in them, and compares two layer by layer."""
