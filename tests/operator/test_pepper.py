"""The secret behind the hashes of keys: read when it is there, refused when it is weak."""

import pytest

from quarterdeck_contract.names import PEPPER_KEY, PEPPER_SECRET
from quarterdeck_operator import reasons
from quarterdeck_operator.cluster.fake import FakeCluster
from quarterdeck_operator.errors import Stalled, Transient
from quarterdeck_operator.pepper import FixedPepper, NoPepper, SecretPepper

STRONG = "p" * 32


def put(cluster: FakeCluster, **data: str) -> None:
    metadata = {"namespace": "home", "name": PEPPER_SECRET}
    cluster.put({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data})


async def test_it_is_waited_for_and_then_read_once() -> None:
    cluster = FakeCluster()
    pepper = SecretPepper(cluster, "home")
    with pytest.raises(Transient) as missing:
        await pepper.read()
    assert missing.value.reason == reasons.PEPPER_MISSING
    put(cluster, **{PEPPER_KEY: STRONG})
    assert [await pepper.read() for _ in range(3)] == [STRONG.encode()] * 3
    assert cluster.calls["secret", "Secret"] == 2


@pytest.mark.parametrize("data", [{PEPPER_KEY: "p" * 31}, {"other": STRONG}])
async def test_a_weak_one_is_refused(data: dict[str, str]) -> None:
    cluster = FakeCluster()
    put(cluster, **data)
    with pytest.raises(Stalled, match="needs 32") as weak:
        await SecretPepper(cluster, "home").read()
    assert weak.value.reason == reasons.PEPPER_WEAK


async def test_one_that_is_known_is_judged_too_and_not_shown() -> None:
    assert await FixedPepper(STRONG.encode()).read() == STRONG.encode()
    with pytest.raises(Stalled):
        await FixedPepper(b"weak").read()
    assert STRONG not in repr(FixedPepper(STRONG.encode()))


async def test_without_one_a_person_is_told() -> None:
    with pytest.raises(Stalled, match="without a pepper"):
        await NoPepper().read()
