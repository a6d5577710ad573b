"""The only code that talks to a Kubernetes API: one aiohttp session, typed errors, informers.

The official client costs several times the CPU and memory per request, and the operator, the
gateway and the command line need the same few verbs. Nothing is re-exported here, so that the
command line does not import what only servers need.
"""
