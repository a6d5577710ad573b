"""How much is measured: bounded in count and time, so that a run ends when it should."""

from dataclasses import dataclass
from typing import Final, Self


@dataclass(frozen=True)
class ChatPlan:
    """Rates are a second; an open loop runs in rounds, the subjects taking turns."""

    rounds: int = 4
    round_seconds: float = 2.0
    whole_rate: float = 100.0
    stream_rate: float = 30.0
    busy_seconds: float = 5.0
    busy_whole_clients: int = 16
    busy_stream_clients: int = 48
    local_chats: int = 6

    def for_worker(self) -> Self:
        """An agent loop runs in the worker: it is asked for less at a time."""
        return type(self)(
            rounds=self.rounds,
            round_seconds=self.round_seconds,
            whole_rate=10.0,
            stream_rate=8.0,
            busy_seconds=self.busy_seconds,
            busy_whole_clients=8,
            busy_stream_clients=8,
            local_chats=self.local_chats,
        )


@dataclass(frozen=True)
class OperatorPlan:
    """``agents`` of each operator; ``idle`` more are created one at a time."""

    agents: int = 100
    idle: int = 20
    drifted: int = 10


FULL_CHAT: Final = ChatPlan()
QUICK_CHAT: Final = ChatPlan(rounds=1, round_seconds=0.5, busy_seconds=0.5, local_chats=1)
