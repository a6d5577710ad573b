"""Shapes on the wire between client, gateway and worker."""
