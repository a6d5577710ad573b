"""The control plane: custom resources in, running workers and honest conditions out."""
