"""Exact algebra of arrays: literals, products, elements, rules."""
