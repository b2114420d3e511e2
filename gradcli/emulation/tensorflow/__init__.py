"""TensorFlow 1 as lessons use it."""
