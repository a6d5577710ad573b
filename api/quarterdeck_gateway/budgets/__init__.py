"""``/api/v1/budgets``: what may be spent, and what was; each is a Budget resource."""
