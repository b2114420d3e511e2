"""Tensors: their members, memory, places and texts."""
