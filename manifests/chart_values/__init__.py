"""The charts' values as types: values.yaml, schema and the README's table come from here."""
