"""`python -m accord`: the command line."""

if __name__ == "__main__":
    from accord.cli import app

    app(prog_name="accord")
