"""Servers of every make-up: with a password, TLS or a socket, in a cluster, full, or not one."""

import asyncio
import ssl
import time
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from quarterdeck_gateway.admission.port import Ask, LimitKind, StoreAway
from support.admission_stores import budget, limit, opened, settlement
from support.ports import free_port
from support.redis_servers import START_SECONDS, RedisServer, running


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


@pytest.mark.parametrize(("told", "spent"), [(60, 60), (30, 40)])
async def test_an_old_snapshot_counts_as_unknown_and_as_the_least(told: int, spent: int) -> None:
    with running("valkey", persistent=True) as server:
        line = budget(100)
        async with opened(server.url) as store:
            await store.seed(line, 40, time.time())
            await store.admit(Ask("a", budgets=(line,), micro_usd=5))
            server.restart()
            with pytest.raises(StoreAway):
                await store.ping()
            assert await store.states((line,)) == ()
            await store.seed(line, told, time.time())
            (state,) = await store.states((line,))
            assert (state.spent, state.reserved) == (spent, 5), "reservations were kept"


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

    server = await asyncio.start_server(shout, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
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
    deadline = time.monotonic() + START_SECONDS
    while b"cluster_state:ok" not in other.command("CLUSTER", "INFO"):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


def _move_keys(old: RedisServer, new: RedisServer) -> None:
    old.command("FLUSHALL")
    slot = old.command("CLUSTER", "KEYSLOT", "{test}:live")
    owner = new.command("CLUSTER", "MYID").decode()
    for node in (new, old):
        node.command("CLUSTER", "SETSLOT", slot, "NODE", owner)


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
