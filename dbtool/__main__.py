"""python -m dbtool, and the command `dbtool`."""

import gc
import signal


def main() -> None:
    """Run the command line. Ctrl-C ends the process without a word while it is still being loaded."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.disable()  # loading makes many objects and no garbage: a tenth of the time of a short command
    from dbtool.cli import main as run

    run()


if __name__ == "__main__":
    main()
