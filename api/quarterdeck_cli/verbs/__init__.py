"""One module per verb: plain functions that get everything passed and print."""
