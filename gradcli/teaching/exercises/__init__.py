"""Exercises: one, sets of them, what else they ask for, practice, predictions."""
