"""The manual as pages of Markdown, and for terminals, browsers and ``man``."""
