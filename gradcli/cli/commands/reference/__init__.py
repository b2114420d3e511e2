"""Commands that say what there is, and the session."""
