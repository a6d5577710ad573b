"""The console script ``quarterdeck-gateway``: begins the collector's pause, then loads the gateway.

Apart from ``main``, because nearly all that there is to load is loaded by importing ``main``.
"""

from quarterdeck_gateway import collector


def main() -> None:
    """Run until SIGTERM. Exits with 2 and one line per reason when it cannot start."""
    collector.pause()
    from quarterdeck_gateway.main import main as compose_and_run

    compose_and_run()


if __name__ == "__main__":
    main()
