"""PyTorch and TensorFlow 1 for the scripts of a lesson, in a subset of Python that is interpreted, never executed."""
