"""Public holidays of a country or region, from the library `holidays`."""

from collections.abc import Mapping
from datetime import date

from reconciler.errors import ConfigurationError
from reconciler.model.calendar import Holidays

_ENGLISH = "en_US"


class UnknownDaysError(ConfigurationError):
    """Which days are closed can't be told: a library, a file or its data isn't there."""


def missing(library: str) -> UnknownDaysError:
    """What is said on a host without the optional libraries."""
    return UnknownDaysError(
        f"the library {library}, which calendars need, isn't installed here",
        hint="install tagboat[calendar] on this host",
    )


def public_holidays(asked: Holidays, year: int) -> Mapping[date, str]:
    """Day → its name, in English where the library has it; moved days are where they are kept.

    Raises `UnknownDaysError` without the library, for a country or region that it doesn't know,
    and for a year outside its data: no holidays at all would be a guess.
    """
    try:
        from holidays import country_holidays
    except ImportError:
        raise missing("holidays") from None
    where = f"{asked.country}-{asked.region}" if asked.region else asked.country
    try:
        # Without a language the library takes the host's: plans would differ from host to host.
        known = country_holidays(
            asked.country, subdiv=asked.region, expand=False, language=_ENGLISH
        )
    except (NotImplementedError, KeyError):
        raise UnknownDaysError(
            f"the library holidays doesn't know {where}",
            hint="correct 'holidays' of the calendar, or list the days as vacations",
        ) from None
    if not known.start_year <= year <= known.end_year:
        raise UnknownDaysError(
            f"the library holidays doesn't know {where} in {year}",
            hint="install a newer tagboat[calendar], or list the days as vacations",
        )
    language = _ENGLISH if _ENGLISH in known.supported_languages else known.default_language
    found = country_holidays(
        asked.country, subdiv=asked.region, years=year, expand=False, language=language
    )
    return {day: name for day, name in sorted(found.items()) if day.year == year}
