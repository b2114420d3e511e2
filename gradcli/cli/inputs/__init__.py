"""What a command line asks for: programs, variables, files, options, as records."""
