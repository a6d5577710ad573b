"""The audit log: who was kept out and who changed what, in rows that nobody edits unnoticed."""
