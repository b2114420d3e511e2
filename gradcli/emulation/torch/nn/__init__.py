"""Layers, networks, and what trains them: optimisers, schedules, data."""
