"""Graphs drawn with box-drawing characters."""
