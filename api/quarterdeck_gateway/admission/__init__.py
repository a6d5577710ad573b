"""Limits and budgets: asked for before a chat, settled after it, exact across all gateways."""
