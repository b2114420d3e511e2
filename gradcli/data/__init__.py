"""Whole columns at once: kernels for many rows, tables of columns, and the engines that run them."""
