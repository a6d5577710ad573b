"""``/api/v1/costs``: sums of what chats cost, by whatever people want to know."""
