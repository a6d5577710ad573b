"""``/api/v1/usage``: single chats, who asked what of whom and what it used and cost."""
