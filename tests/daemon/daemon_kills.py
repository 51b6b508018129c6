"""What a kill looks like inside one process."""


class Killed(BaseException):
    """Nothing after it runs."""


class Kill:
    """Failpoints that end everything at one point."""

    def __init__(self, name: str) -> None:
        self.name = name

    def reach(self, name: str) -> None:
        if name == self.name:
            raise Killed(name)
