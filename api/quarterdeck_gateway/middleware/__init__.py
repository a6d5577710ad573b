"""Body-blind layers around every request, one plain ASGI class per file; order: see ``app``."""
