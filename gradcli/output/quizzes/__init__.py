"""Exercises in the formats of sheets, learning platforms and programs: a module for each family, the records in formats.py."""
