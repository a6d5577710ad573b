"""Agents and Models as people write them: manifests, judged before they are sent."""
