"""``/api/v1/models``: the Models that agents use, with who uses them."""
