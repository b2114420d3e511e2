"""Commands that read scripts and write code."""
