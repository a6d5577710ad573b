"""``/api/v1/conversations``: chats that people keep, each seen by their owner alone."""
