"""Times and days: slots, windows, freezes, closed days (L2, pure; the time is an argument).

One rule turns what a file says into an instant: **a local time is the first moment at which the
clocks of its zone show it, or have gone past it.** So a time that a clock change skips is the
moment of the change, a time that comes twice is the first of the two, and each time of a day is
one instant. Instants are `datetime` in UTC; stretches of time hold their beginning and not their
end. Nothing here looks further than `HORIZON` in either direction.
"""
