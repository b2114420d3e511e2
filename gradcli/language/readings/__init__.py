"""Readings of what people write: text → tokens → the syntax tree of the strict language, with notes on what was meant."""
