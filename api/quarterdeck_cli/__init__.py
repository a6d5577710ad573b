"""The ``quarterdeck`` command: apply manifests, look at agents, chat; on a laptop or a cluster.

Importing a module here must stay cheap: a command that prints a version may not load a Kubernetes
client. Whatever is heavy is imported by the verb that needs it, when it runs.
"""
