"""Follows what a resource refers to. Reads only; a missing reference is a Waiting."""
