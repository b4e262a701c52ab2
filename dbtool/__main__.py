"""python -m dbtool, and the command `dbtool`."""

import signal


def main() -> None:
    """Run the command line. Ctrl-C ends the process without a word while it is still being loaded."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from dbtool.cli import main as run

    run()


if __name__ == "__main__":
    main()
