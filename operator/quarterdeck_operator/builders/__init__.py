"""Children of a resource, one kind per file. Pure: no client, clock, environment or chance."""
