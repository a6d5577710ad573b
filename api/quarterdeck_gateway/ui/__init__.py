"""The built web UI, for where no nginx stands in front of the gateway: standalone mode."""
