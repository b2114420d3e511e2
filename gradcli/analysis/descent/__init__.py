"""Gradient descent, watched: optimisers, line searches, and why a run diverges or oscillates."""
