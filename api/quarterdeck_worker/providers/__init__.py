"""One file per provider family: from a model endpoint and its key to a model of the library."""
