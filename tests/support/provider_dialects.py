"""The wire shapes of the providers that the fake one speaks, as pure functions.

Three families answer the same scripted text: OpenAI's chat completions, Anthropic's messages and
Google's generateContent. Each dialect gives a whole answer, the frames of a streamed one, and the
error body the real service would send.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

import orjson

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What a dialect puts into its own words. ``pieces`` are the streamed deltas."""

    model: str
    pieces: tuple[str, ...]
    input_tokens: int
    output_tokens: int
    truncated: bool
    """True when the answer stopped at the token limit."""
    with_usage: bool
    cached_tokens: int = 0
    """Part of ``input_tokens``; only OpenAI's dialect tells it."""

    @property
    def text(self) -> str:
        return "".join(self.pieces)


class Dialect(Protocol):
    """One provider family's shapes."""

    def whole(self, answer: Answer) -> JsonObject: ...

    def frames(self, answer: Answer) -> Iterator[bytes]:
        """Server-sent events; those that carry text come one per piece."""
        ...

    def carries_text(self, frame: bytes) -> bool: ...

    def error(self, status: int, message: str, code: str) -> JsonObject: ...

    def error_frame(self, message: str) -> bytes: ...


def data(payload: JsonObject, event: str = "") -> bytes:
    """One server-sent event."""
    name = f"event: {event}\n".encode() if event else b""
    return name + b"data: " + orjson.dumps(payload) + b"\n\n"


class OpenAIDialect:
    """Chat completions. The usage chunk is sent only to those who ask, as OpenAI does."""

    def whole(self, answer: Answer) -> JsonObject:
        message = {"role": "assistant", "content": answer.text}
        choice = {"index": 0, "message": message, "finish_reason": self._finish(answer)}
        body = self._envelope(answer, "chat.completion") | {"choices": [choice]}
        return body | ({"usage": self._usage(answer)} if answer.with_usage else {})

    def frames(self, answer: Answer) -> Iterator[bytes]:
        yield self._chunk(answer, {"role": "assistant", "content": ""})
        for piece in answer.pieces:
            yield self._chunk(answer, {"content": piece})
        yield self._chunk(answer, {}, self._finish(answer))
        if answer.with_usage:
            envelope = self._envelope(answer, "chat.completion.chunk")
            yield data(envelope | {"choices": [], "usage": self._usage(answer)})
        yield b"data: [DONE]\n\n"

    def carries_text(self, frame: bytes) -> bool:
        return b'"delta":{"content":' in frame

    def error(self, status: int, message: str, code: str) -> JsonObject:
        kind = "invalid_request_error" if status < 500 else "server_error"
        return {"error": {"message": message, "type": kind, "param": None, "code": code}}

    def error_frame(self, message: str) -> bytes:
        return data(self.error(500, message, "server_error"))

    def _chunk(self, answer: Answer, delta: JsonObject, finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return data(self._envelope(answer, "chat.completion.chunk") | {"choices": [choice]})

    def _envelope(self, answer: Answer, kind: str) -> JsonObject:
        return {
            "id": "chatcmpl-fake",
            "object": kind,
            "created": 1_700_000_000,
            "model": answer.model,
        }

    def _finish(self, answer: Answer) -> str:
        return "length" if answer.truncated else "stop"

    def _usage(self, answer: Answer) -> JsonObject:
        return {
            "prompt_tokens": answer.input_tokens,
            "completion_tokens": answer.output_tokens,
            "total_tokens": answer.input_tokens + answer.output_tokens,
            "prompt_tokens_details": {"cached_tokens": answer.cached_tokens},
        }


class AnthropicDialect:
    """Messages."""

    _ERRORS: Final = {
        400: "invalid_request_error",
        401: "authentication_error",
        403: "permission_error",
        404: "not_found_error",
        429: "rate_limit_error",
        529: "overloaded_error",
    }

    def whole(self, answer: Answer) -> JsonObject:
        content = [{"type": "text", "text": answer.text}]
        usage = {"input_tokens": answer.input_tokens, "output_tokens": answer.output_tokens}
        return self._message(answer, content, self._stop(answer), usage)

    def frames(self, answer: Answer) -> Iterator[bytes]:
        usage = {"input_tokens": answer.input_tokens, "output_tokens": 1}
        start = self._message(answer, [], None, usage)
        yield self._event("message_start", message=start)
        yield self._event(
            "content_block_start", index=0, content_block={"type": "text", "text": ""}
        )
        for piece in answer.pieces:
            delta = {"type": "text_delta", "text": piece}
            yield self._event("content_block_delta", index=0, delta=delta)
        yield self._event("content_block_stop", index=0)
        end = {"stop_reason": self._stop(answer), "stop_sequence": None}
        yield self._event("message_delta", delta=end, usage={"output_tokens": answer.output_tokens})
        yield self._event("message_stop")

    def carries_text(self, frame: bytes) -> bool:
        return b'"text_delta"' in frame

    def error(self, status: int, message: str, code: str) -> JsonObject:
        kind = self._ERRORS.get(status, "api_error")
        return {"type": "error", "error": {"type": kind, "message": message}}

    def error_frame(self, message: str) -> bytes:
        return data(self.error(500, message, ""), "error")

    def _event(self, name: str, **fields: Any) -> bytes:
        return data({"type": name} | fields, name)

    def _message(
        self, answer: Answer, content: list[JsonObject], stop: str | None, usage: JsonObject
    ) -> JsonObject:
        return {
            "id": "msg_fake",
            "type": "message",
            "role": "assistant",
            "model": answer.model,
            "content": content,
            "stop_reason": stop,
            "stop_sequence": None,
            "usage": usage,
        }

    def _stop(self, answer: Answer) -> str:
        return "max_tokens" if answer.truncated else "end_turn"


class GoogleDialect:
    """generateContent and streamGenerateContent."""

    _ERRORS: Final = {
        400: "INVALID_ARGUMENT",
        401: "UNAUTHENTICATED",
        403: "PERMISSION_DENIED",
        404: "NOT_FOUND",
        429: "RESOURCE_EXHAUSTED",
        503: "UNAVAILABLE",
    }

    def whole(self, answer: Answer) -> JsonObject:
        return self._part(answer, answer.text, last=True)

    def frames(self, answer: Answer) -> Iterator[bytes]:
        for piece in answer.pieces:
            yield data(self._part(answer, piece, last=False))
        yield data(self._part(answer, "", last=True))

    def carries_text(self, frame: bytes) -> bool:
        return b'"finishReason"' not in frame

    def error(self, status: int, message: str, code: str) -> JsonObject:
        kind = self._ERRORS.get(status, "INTERNAL")
        return {"error": {"code": status, "message": message, "status": kind}}

    def error_frame(self, message: str) -> bytes:
        return data(self.error(500, message, ""))

    def _part(self, answer: Answer, text: str, *, last: bool) -> JsonObject:
        content = {"role": "model", "parts": [{"text": text}]}
        candidate: JsonObject = {"index": 0, "content": content}
        body: JsonObject = {"candidates": [candidate], "modelVersion": answer.model}
        if last:
            candidate["finishReason"] = "MAX_TOKENS" if answer.truncated else "STOP"
            body["usageMetadata"] = {
                "promptTokenCount": answer.input_tokens,
                "candidatesTokenCount": answer.output_tokens,
                "totalTokenCount": answer.input_tokens + answer.output_tokens,
            }
        return body
