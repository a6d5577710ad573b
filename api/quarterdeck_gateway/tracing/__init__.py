"""Traces of chats, gateway to worker to provider; off unless somebody names a collector."""
