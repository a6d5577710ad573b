"""Pure builders of ``install.yaml``: everything that a cluster needs before its first Agent."""
