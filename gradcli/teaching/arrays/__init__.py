"""Questions whose answers are arrays: gradients by vectors and matrices, and Jacobians."""
