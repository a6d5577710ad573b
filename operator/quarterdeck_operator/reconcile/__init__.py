"""The order of steps per kind: resolve, build, apply, prune, summarise."""
