"""Scripts of a lesson for PyTorch and TensorFlow 1, in a subset of Python: read and interpreted, never executed."""
