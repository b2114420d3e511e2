"""Graphs drawn with characters."""
