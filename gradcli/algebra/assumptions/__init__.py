"""What is assumed of variables: that x > 0, or that n is an integer."""
