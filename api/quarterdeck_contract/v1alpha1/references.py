"""Pointers from our kinds to a key in a Secret or ConfigMap of the same namespace."""

from pydantic import Field

from quarterdeck_contract.v1alpha1.schema import DataKey, ObjectName, Schema


class SecretKey(Schema):
    """One key of a Secret; the value itself never stands in a resource."""

    name: ObjectName
    key: DataKey = Field(default="apiKey")


class ConfigMapKey(Schema):
    """One key of a ConfigMap."""

    name: ObjectName
    key: DataKey = Field(default="instructions")
