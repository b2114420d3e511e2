"""Plots: what is drawn, as data, and a writer for each format."""
