"""Reports: blocks of text and tables, plain and by Rich."""
