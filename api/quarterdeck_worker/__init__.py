"""The agent worker: answers chats in OpenAI's shape by running one agent's loop over its models."""
