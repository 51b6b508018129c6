"""``TB36x``: times that can't be as they are written."""

from reconciler.manifest.codes.code import Code

SPAN = Code(
    "TB360",
    "ends before it begins, or is too long",
    "A stretch of time has a beginning and a later end; a freeze lasts at most 31 days.",
    "correct 'from' and 'until'; for longer use windows or several freezes",
)
NEVER = Code(
    "TB361",
    "nothing can ever start",
    "Windows say when starts are allowed; these allow none.",
    "add a window on an open day, or '{booked: true}'",
)
TIMETABLE = Code(
    "TB362",
    "two timetables that can't both hold",
    "What one place proves must have been there for long enough, and not for too long, when the"
    " other looks for it.",
    "move one of the schedules, or change 'soak', 'max_age' or the timeouts of tests",
)
SLOT = Code(
    "TB363",
    "booked slot on a closed day",
    "The slot comes while a freeze or calendar is closed, so nothing starts then.",
    "book another time, or change the freeze",
)
CALENDAR_FILE = Code(
    "TB364",
    "calendar file that can't be used",
    "Its closed days would not be known, and starts wait while they aren't.",
    "put an iCalendar file there, or take 'ics' out of the calendar",
)
