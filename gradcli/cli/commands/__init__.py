"""The commands, one file each, in a folder for each group of the help page."""
