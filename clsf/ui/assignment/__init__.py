"""The parts of the page Assignment: what a student is to do, and the file that is handed in."""
