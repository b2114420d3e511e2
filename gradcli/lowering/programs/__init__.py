"""Statements and expressions to nodes."""
