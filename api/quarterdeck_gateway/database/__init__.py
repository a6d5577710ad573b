"""The database behind the ledger and the audit log: SQLite on a laptop, PostgreSQL in a cluster."""
