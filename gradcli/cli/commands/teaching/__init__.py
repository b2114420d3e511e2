"""Commands for classes: marking, exercises, practice."""
