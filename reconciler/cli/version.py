"""``tagboat version``."""


def version() -> None:
    """Print the version of this command."""
    from reconciler import __version__

    print(__version__)
