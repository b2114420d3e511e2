"""An interactive session: lines of the language, and the commands of the package on what was typed last."""
