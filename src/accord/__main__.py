"""`accord`, or `python -m accord`: the command line in a process of its own."""


def start() -> None:
    """Run the command that the process was started with."""
    from accord import sweeps
    from accord.cli import app

    sweeps.rarely()
    app(prog_name="accord")


if __name__ == "__main__":
    start()
