"""The watch ends when the pipe does, not before."""

import os
import threading

from quarterdeck_worker import parent


def test_the_end_of_the_pipe_is_noticed() -> None:
    read_end, write_end = os.pipe()
    gone = threading.Event()
    thread = parent.watch(read_end, gone.set)
    try:
        os.write(write_end, b"still here")
        assert not gone.wait(0.05)
        os.close(write_end)
        assert gone.wait(60)
    finally:
        thread.join(60)
        os.close(read_end)


def test_a_descriptor_that_cannot_be_read_counts_as_gone() -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    os.close(write_end)
    gone = threading.Event()
    parent.watch(read_end, gone.set).join(60)
    assert gone.is_set()
