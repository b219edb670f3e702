"""The conversion lab: files with trained models are read without running anything, and two of them compared layer by layer."""
