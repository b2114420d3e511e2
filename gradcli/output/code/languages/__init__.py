"""The languages that functions are written in, a module each."""
