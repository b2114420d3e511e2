"""What is said of expressions: derivatives, comparisons, derivations, facts."""
