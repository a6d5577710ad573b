"""The custom resources of ``quarterdeck.dev/v1alpha1``, one file per kind.

These models are the single source: the CRD schemas, the operator's parsing, the validation of
manifests on a laptop and the management API are all derived from them.
"""
