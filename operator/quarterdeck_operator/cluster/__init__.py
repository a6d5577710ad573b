"""Where the reconcilers' writes go: a port, its Kubernetes adapter and a fake."""
