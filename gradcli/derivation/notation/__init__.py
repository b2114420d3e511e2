"""How a derivation is written: steps, names of gradients, prose."""
