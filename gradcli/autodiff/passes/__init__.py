"""The passes over a graph: reverse, forward, Jacobians, transposition, and the finished run that they leave."""
