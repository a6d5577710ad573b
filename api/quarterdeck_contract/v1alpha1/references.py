"""Pointers from our kinds to a key in a Secret or ConfigMap of the same namespace."""

from pydantic import Field

from quarterdeck_contract.v1alpha1.schema import DataKey, ObjectName, Schema


class SecretKey(Schema):
    """One key of a Secret; the value itself never stands in a resource."""

    name: ObjectName
    """Name of the Secret."""
    key: DataKey = Field(default="apiKey")
    """Key inside the Secret."""


class ConfigMapKey(Schema):
    """One key of a ConfigMap."""

    name: ObjectName
    """Name of the ConfigMap."""
    key: DataKey = Field(default="instructions")
    """Key inside the ConfigMap."""
