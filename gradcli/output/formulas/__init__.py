"""Formulas: LaTeX, MathML, SymPy's text."""
