"""PyTorch as lessons use it."""
