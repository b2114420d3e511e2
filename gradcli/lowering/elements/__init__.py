"""Arrays written out element by element."""
