"""Place: environment × app, the unit of claim, lock, lane, worker and hold."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """One app in one environment."""

    environment: str
    app: str

    def __str__(self) -> str:
        """``production/shop``."""
        return f"{self.environment}/{self.app}"

    @classmethod
    def parse(cls, text: str) -> "Place":
        """The place of ``production/shop``; raises `ValueError` for another form."""
        environment, slash, app = text.partition("/")
        if not (environment and slash and app) or "/" in app:
            msg = f"expected environment/app, found {text!r}"
            raise ValueError(msg)
        return cls(environment, app)

    @property
    def promotion_path(self) -> str:
        """The file that says what shall run here."""
        return f"environments/{self.environment}/{self.app}.yaml"
