"""Gradients held against other ways to them: differences, the complex step, and numbers of many digits."""
