"""From the model name of a request to the replica that answers it."""
