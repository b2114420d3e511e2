"""Kernels: static graphs compiled to straight lines over blocks of rows, with their reductions."""
