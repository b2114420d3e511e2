"""Graphs as diagrams: DOT, Mermaid, TikZ, SVG, GraphML, pictures."""
