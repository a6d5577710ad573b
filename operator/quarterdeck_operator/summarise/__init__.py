"""Statuses, one kind per file. Pure: everything that was seen goes in, one status comes out."""
