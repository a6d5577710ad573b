"""What Quarterdeck's planes promise each other: resource kinds, worker configuration, wire shapes.

The operator, the gateway and the worker share nothing but this package (and the two that reach a
cluster share ``quarterdeck_kube``), so it imports pydantic and the standard library alone.
"""
