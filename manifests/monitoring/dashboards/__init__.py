"""One module for each dashboard; ``build`` gives it."""
