"""Written by generate.py; never edited."""
