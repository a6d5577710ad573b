"""What people declared beside agents: models with their prices, API keys, budgets."""
