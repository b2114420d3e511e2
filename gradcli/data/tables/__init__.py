"""Tables of rows, in and out: one file a format, and one table of formats."""
