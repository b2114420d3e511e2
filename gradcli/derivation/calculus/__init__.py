"""Derivations by the rules of calculus."""
