"""Quarterdeck without a cluster: the same reconcilers over objects in memory and child processes.

It puts every other plane into one process, so it may import them all; nothing imports it. The
``quarterdeck`` command finds it through an entry point.
"""
