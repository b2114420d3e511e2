"""Analysis: whether a gradient is right, where a number stops being finite, and what follows from a graph alone."""
