"""Documents: HTML, Markdown, LaTeX."""
