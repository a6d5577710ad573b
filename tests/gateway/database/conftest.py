"""Databases of both kinds for every test here."""

from support.postgres_servers import database_url, postgres

__all__ = ["database_url", "postgres"]
