"""Scripts in a subset of Python that are read and interpreted, never executed: PyTorch's and TensorFlow 1's programs of a lesson."""
