"""What only a server over a network does: flush, restart, hang, move, refuse, need a password."""

import asyncio
import json
import ssl
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from quarterdeck_gateway.admission.lua import load
from quarterdeck_gateway.admission.port import Ask, BudgetState, LimitKind, StoreAway
from quarterdeck_gateway.admission.redis_store import RedisAdmissionStore
from support.admission_stores import budget, limit, server_for, settlement
from support.redis_servers import KINDS, RedisServer, free_port, running

TIMEOUT = 0.25


@asynccontextmanager
async def opened(url: str, prefix: str = "test") -> AsyncIterator[RedisAdmissionStore]:
    store = RedisAdmissionStore.open(url, prefix, TIMEOUT, 30)
    try:
        yield store
    finally:
        await store.close()


@pytest.fixture(scope="module", params=KINDS)
def server(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    with server_for(request.param) as server:
        assert server is not None
        yield server


@pytest.fixture
async def store(server: RedisServer) -> AsyncIterator[RedisAdmissionStore]:
    server.command("FLUSHALL")
    async with opened(server.url) as store:
        yield store


async def test_loads_scripts_anew_after_a_flush(
    server: RedisServer, store: RedisAdmissionStore
) -> None:
    ask = Ask("a", (limit(LimitKind.CONCURRENCY, 1),))
    assert (await store.admit(ask)).admitted
    server.command("SCRIPT", "FLUSH")
    assert not (await store.admit(Ask("b", ask.limits))).admitted
    await store.settle([settlement(ask)])
    assert (await store.admit(Ask("b", ask.limits))).admitted
    known = server.command("SCRIPT", "EXISTS", load().admit.sha)
    assert known == [1]


async def test_a_restart_forgets_and_asks_for_seeds(
    server: RedisServer, store: RedisAdmissionStore
) -> None:
    line = budget(100)
    await store.seed(line, 0, time.time())
    assert (await store.admit(Ask("a", budgets=(line,), micro_usd=10))).admitted
    server.kill()
    with pytest.raises(StoreAway):
        await store.admit(Ask("b", budgets=(line,)))
    with pytest.raises(StoreAway):
        await store.ping()
    server.start()
    await store.ping()
    assert (await store.admit(Ask("b", budgets=(line,)))).unseeded == (line.id,)
    assert not await store.extend("a", 10)


async def test_a_hanging_server_is_left_in_time_and_found_again(
    server: RedisServer, store: RedisAdmissionStore
) -> None:
    line = budget(100)
    await store.seed(line, 0, time.time())
    ask = Ask("a", budgets=(line,), micro_usd=10)
    server.pause()
    try:
        started = time.monotonic()
        outcomes = await asyncio.gather(
            *(store.admit(ask) for _ in range(100)), return_exceptions=True
        )
        assert time.monotonic() - started < 3 * TIMEOUT
        assert {type(outcome) for outcome in outcomes} == {StoreAway}
    finally:
        server.resume()
    await store.settle([settlement(ask)])
    await asyncio.sleep(0.05)
    (state,) = await store.states((line,))
    assert state.reserved == 0, "the question was heard late, after it had been settled"


async def test_a_cancelled_question_disturbs_nobody(store: RedisAdmissionStore) -> None:
    of = limit(LimitKind.REQUESTS, 1000)
    asked = [asyncio.create_task(store.admit(Ask(str(i), (of,)))) for i in range(20)]
    await asyncio.sleep(0)
    for task in asked[::2]:
        task.cancel()
    verdicts = await asyncio.gather(*asked, return_exceptions=True)
    assert all(not isinstance(verdict, Exception) for verdict in verdicts[1::2])
    after = await store.admit(Ask("after", (of,)))
    assert 979 <= after.limits[0].remaining <= 990


async def test_nothing_is_asked_after_closing(store: RedisAdmissionStore) -> None:
    await store.ping()
    await store.close()
    with pytest.raises(StoreAway, match="closed"):
        await store.ping()
    with pytest.raises(StoreAway, match="closed"):
        await store.admit(Ask("a"))


async def test_budgets_expire_two_days_after_their_period(
    server: RedisServer, store: RedisAdmissionStore
) -> None:
    ends_at = time.time() + 3600
    month, total = budget(100, "a/month", ends_at=ends_at), budget(100, "a/total")
    for line in (month, total):
        await store.seed(line, 0, time.time())
        await store.admit(Ask(f"ask of {line.name}", budgets=(line,), micro_usd=1))
    expires = server.command("PEXPIRETIME", f"{{test}}:b:{month.id}")
    assert expires == pytest.approx((ends_at + 48 * 3600) * 1000, abs=2)
    assert server.command("PEXPIRETIME", f"{{test}}:b:{total.id}") == -1


async def test_what_is_over_leaves_only_ids_that_expire(
    server: RedisServer, store: RedisAdmissionStore
) -> None:
    line = budget(10_000, ends_at=time.time() + 60)
    await store.seed(line, 0, time.time())
    limits = (limit(LimitKind.TOKENS, 1000), limit(LimitKind.CONCURRENCY, 50))
    asks = [Ask(str(i), limits, (line,), tokens=10, micro_usd=1) for i in range(20)]
    for ask in asks:
        assert (await store.admit(ask)).admitted
    await store.settle([settlement(ask, tokens=1, micro_usd=1) for ask in asks])
    keys = server.command("KEYS", "*")
    assert len([key for key in keys if b":a:" in key]) == 20
    assert len(keys) <= 22, keys
    assert all(server.command("PTTL", key.decode()) > 0 for key in keys)


async def test_two_prefixes_share_nothing(server: RedisServer, store: RedisAdmissionStore) -> None:
    of = limit(LimitKind.CONCURRENCY, 1)
    async with opened(server.url, "other") as other:
        assert (await store.admit(Ask("a", (of,)))).admitted
        assert (await other.admit(Ask("a", (of,)))).admitted


async def test_follows_its_keys_to_another_node() -> None:
    with running("cluster") as old, running("cluster") as new:
        await _join(old, new)
        of = limit(LimitKind.CONCURRENCY, 1)
        async with opened(old.url) as store, opened(new.url) as through_another:
            assert (await store.admit(Ask("a", (of,)))).admitted
            assert not (await through_another.admit(Ask("b", (of,)))).admitted
            _move_keys(old, new)
            for each in (store, through_another):
                await each.settle([settlement(Ask("b"))])
            assert (await store.admit(Ask("c", (of,)))).admitted
            assert not (await through_another.admit(Ask("d", (of,)))).admitted
        assert new.command("EXISTS", "{test}:live") == 1
        async with opened(old.url.replace("redis+cluster", "redis")) as store:
            with pytest.raises(StoreAway, match=r"redis\+cluster"):
                await store.admit(Ask("e", (of,)))


async def test_logs_in_and_never_tells_the_password() -> None:
    with running("valkey", password="correct-horse") as server:
        async with opened(server.url + "/3") as store:
            await store.ping()
        async with opened(server.url.replace("correct", "wrong")) as store:
            with pytest.raises(StoreAway, match="WRONGPASS") as caught:
                await store.ping()
            assert "horse" not in str(caught.value) + repr(vars(store))
        async with opened(f"redis://127.0.0.1:{server.port}") as store:
            with pytest.raises(StoreAway, match="NOAUTH"):
                await store.ping()


async def test_a_replica_is_no_store() -> None:
    with running("valkey") as primary, running("valkey") as replica:
        replica.command("REPLICAOF", "127.0.0.1", primary.port)
        async with opened(replica.url) as store:
            with pytest.raises(StoreAway, match="READONLY"):
                await store.ping()
            replica.command("REPLICAOF", "NO", "ONE")
            await store.ping()


async def test_an_old_snapshot_counts_as_unknown() -> None:
    with running("valkey", persistent=True) as server:
        line = budget(100)
        async with opened(server.url) as store:
            await store.seed(line, 40, time.time())
            await store.admit(Ask("a", budgets=(line,), micro_usd=5))
            server.restart()
            with pytest.raises(StoreAway):
                await store.ping()
            assert await store.states((line,)) == ()
            await store.seed(line, 60, time.time())
            (state,) = await store.states((line,))
            assert (state.spent, state.reserved) == (60, 5), "reservations were kept"


async def test_warns_about_a_server_that_may_forget() -> None:
    options = ("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru")
    with running("valkey", options=options) as server, capture_logs() as logs:
        async with opened(server.url) as store:
            await store.ping()
    assert [(log["event"], log["maxmemory_policy"]) for log in logs] == [
        ("store_may_forget", "allkeys-lru")
    ]


async def test_a_full_server_is_no_store() -> None:
    with running(
        "valkey", options=("--maxmemory", "1", "--maxmemory-policy", "noeviction")
    ) as full:
        async with opened(full.url) as store:
            with pytest.raises(StoreAway, match="OOM"):
                await store.ping()
            with pytest.raises(StoreAway, match="OOM"):
                await store.admit(Ask("a", (limit(LimitKind.REQUESTS, 1),)))


async def test_nobody_listens() -> None:
    async with opened(f"redis://127.0.0.1:{free_port()}") as store:
        outcomes = await asyncio.gather(*(store.ping() for _ in range(20)), return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {StoreAway}


async def test_something_else_listens() -> None:
    async def shout(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    port = free_port()
    server = await asyncio.start_server(shout, "127.0.0.1", port)
    async with server, opened(f"redis://127.0.0.1:{port}") as store:
        with pytest.raises(StoreAway):
            await store.ping()


async def test_over_a_socket(tmp_path: Path) -> None:
    path = tmp_path / "redis.sock"
    with running("valkey", options=("--unixsocket", str(path))):
        async with opened(f"unix://{path}") as store:
            assert await store.beat("one", 10) == 1


async def test_over_tls(tmp_path: Path) -> None:
    certificate, key = await _certificate(tmp_path)
    port = free_port()
    tls = ("--tls-port", str(port), "--tls-cert-file", str(certificate), "--tls-key-file", str(key))
    options = (*tls, "--tls-ca-cert-file", str(certificate), "--tls-auth-clients", "no")
    with running("redis", options=options):
        async with opened(f"rediss://127.0.0.1:{port}?ssl_ca_certs={certificate}") as store:
            assert await store.beat("one", 10) == 1
        async with opened(f"rediss://127.0.0.1:{port}?ssl_cert_reqs=none") as store:
            await store.ping()
        async with opened(f"rediss://127.0.0.1:{port}") as store:
            with pytest.raises(StoreAway, match="CERTIFICATE_VERIFY_FAILED") as caught:
                await store.ping()
            assert caught.value.__cause__ is not None
            assert isinstance(caught.value.__cause__.__cause__, ssl.SSLError)


async def _join(owner: RedisServer, other: RedisServer) -> None:
    """One cluster of two, whose slots are all at ``owner``."""
    other.command("CLUSTER", "DELSLOTSRANGE", 0, 16383)
    owner.command("CLUSTER", "MEET", "127.0.0.1", other.port)
    deadline = time.monotonic() + 10
    while b"cluster_state:ok" not in other.command("CLUSTER", "INFO"):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


def _move_keys(old: RedisServer, new: RedisServer) -> None:
    old.command("FLUSHALL")
    slot = old.command("CLUSTER", "KEYSLOT", "{test}:live")
    owner = new.command("CLUSTER", "MYID").decode()
    for node in (new, old):
        node.command("CLUSTER", "SETSLOT", slot, "NODE", owner)


CLIENTS = Path(__file__).parents[2] / "support" / "admission_clients.py"


@pytest.mark.parametrize("kind", ["valkey", "redis"])
async def test_exact_across_processes(kind: str) -> None:
    with running(kind) as server:
        async with opened(server.url) as store, _clients(server, asks=500) as clients:
            line = budget(1000)
            await store.seed(line, 0, time.time())
            aborted = await _tell(clients, "aborting")
            assert sum(outcome["admitted"] for outcome in aborted) >= 10
            assert await store.states((line,)) == (BudgetState(line.id, 0, 0),)
            spent = await _tell(clients, "budget")
            assert sum(outcome["admitted"] for outcome in spent) == 10
            assert await store.states((line,)) == (BudgetState(line.id, 0, 1000),)
            limited = await _tell(clients, "limit")
            began = min(outcome["began"] for outcome in limited)
            elapsed = max(outcome["ended"] for outcome in limited) - began
            # One more fits for each 0.6 s that the asking takes.
            admitted = sum(outcome["admitted"] for outcome in limited)
            assert 100 <= admitted <= 100 + int(elapsed / 0.6)


@asynccontextmanager
async def _clients(
    server: RedisServer, asks: int
) -> AsyncIterator[list[asyncio.subprocess.Process]]:
    """Two processes of clients, ready to be told what to do."""
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, str(CLIENTS), server.url, str(name), str(asks)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for name in range(2)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            assert await process.stdout.readline() == b"ready\n"
        yield processes
    finally:
        for process in processes:
            assert process.stdin is not None
            process.stdin.close()
        assert [await process.wait() for process in processes] == [0, 0]


async def _tell(clients: list[asyncio.subprocess.Process], what: str) -> list[dict[str, float]]:
    for process in clients:
        assert process.stdin is not None
        process.stdin.write(f"{what}\n".encode())
    return [
        json.loads(await process.stdout.readline())
        for process in clients
        if process.stdout is not None
    ]


async def _certificate(folder: Path) -> tuple[Path, Path]:
    certificate, key = folder / "cert.pem", folder / "key.pem"
    made = await asyncio.create_subprocess_exec(
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
        *("-nodes", "-days", "2", "-subj", "/CN=redis", "-addext", "subjectAltName=IP:127.0.0.1"),
        *("-keyout", str(key), "-out", str(certificate)),
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await made.wait() == 0
    return certificate, key
