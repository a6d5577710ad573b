"""The bytes of an answer in OpenAI's shape.

A stream repeats the same envelope for every piece of text, so it is serialised once and only the
text is encoded per event; tests hold the result to the contract's models.
"""

from typing import Any, Final

import orjson

from quarterdeck_worker.runs import FinishReason, Progress, RunResult

DONE: Final = b"data: [DONE]\n\n"


class ChunkFrames:
    """Server-sent events of one streamed answer."""

    def __init__(self, completion_id: str, created: int, model: str) -> None:
        self._envelope: dict[str, Any] = {
            "id": completion_id,
            "object": "chat.completion.chunk",
            "created": created,
            "model": model,
        }
        head = orjson.dumps(self._envelope)[:-1]
        self._before = (
            b"data: " + head + b',"choices":[{"index":0,"logprobs":null,'
            b'"finish_reason":null,"delta":{"content":'
        )
        self._after = b"}}]}\n\n"

    def role(self) -> bytes:
        return self._choice({"role": "assistant", "content": ""}, None)

    def text(self, piece: str) -> bytes:
        return self._before + orjson.dumps(piece) + self._after

    def finish(self, reason: FinishReason) -> bytes:
        return self._choice({}, reason)

    def usage(self, result: RunResult) -> bytes:
        """The last event before DONE: no choices, the run's tokens."""
        return _event(self._envelope | {"choices": [], "usage": usage(result)})

    def _choice(self, delta: dict[str, Any], reason: FinishReason | None) -> bytes:
        choice = {"index": 0, "logprobs": None, "finish_reason": reason, "delta": delta}
        return _event(self._envelope | {"choices": [choice]})


def error_event(body: dict[str, Any]) -> bytes:
    """An error once a stream has begun: OpenAI's clients raise it as an APIError."""
    return _event(body)


def completion(completion_id: str, created: int, result: RunResult) -> bytes:
    """The body of an answer that is not streamed."""
    message = {"role": "assistant", "content": result.text}
    return orjson.dumps(
        {
            "id": completion_id,
            "object": "chat.completion",
            "created": created,
            "model": result.served_by.name,
            "choices": [
                {
                    "index": 0,
                    "message": message,
                    "logprobs": None,
                    "finish_reason": result.finish_reason,
                }
            ],
            "usage": usage(result),
        }
    )


def usage(result: RunResult | Progress) -> dict[str, Any]:
    return {
        "prompt_tokens": result.input_tokens,
        "completion_tokens": result.output_tokens,
        "total_tokens": result.input_tokens + result.output_tokens,
        "prompt_tokens_details": {"cached_tokens": result.cached_tokens},
    }


def _event(payload: dict[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(payload) + b"\n\n"
