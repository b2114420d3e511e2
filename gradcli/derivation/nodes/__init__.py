"""Derivations by the nodes of the graph: the chain rule, local derivatives, the forward pass."""
