"""Marking an answer: by points, by many digits, part by part, and in words."""
