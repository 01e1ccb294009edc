"""`python -m kinora` and the `kinora` command."""

from kinora.cli.main import cli


def main() -> None:
    """Run the command line."""
    cli(prog_name="kinora")


if __name__ == "__main__":
    main()
