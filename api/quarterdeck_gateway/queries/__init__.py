"""What questions about the past have in common: moments, pages, and who may see what."""
