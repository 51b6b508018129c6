"""``TB24x``: shared files name one another, and something that is named isn't there."""

from reconciler.manifest.codes.code import Code

CUSTOMER = Code(
    "TB243",
    "unknown customer",
    "Whose place it is decides who counts there, and which days are closed.",
    "correct the name, or add environments/customers/<name>.yaml",
)
CALENDAR = Code(
    "TB244",
    "unknown calendar",
    "A calendar that isn't there would close no day at all.",
    "correct the name, or add environments/calendars/<name>.yaml",
)
CHANNEL = Code(
    "TB245",
    "unknown channel",
    "A notice by a channel that isn't there reaches nobody.",
    "correct the name, or add it to environments/connections.yaml",
)
TRACKER = Code(
    "TB246",
    "unknown tracker",
    "Tickets are looked for where environments/connections.yaml says.",
    "correct the name, or add it to environments/connections.yaml",
)
CONTACTS = Code(
    "TB247",
    "unknown group of a customer",
    "A notice to a group that the customer doesn't have reaches nobody there.",
    "correct the name, or add it to the customer's 'contacts'",
)
MISPLACED = Code(
    "TB248",
    "reference that can't stand here",
    "Only persons sign off and act; channels, addresses and groups are told.",
    "name a person, a team or a role",
)
CIRCLE = Code(
    "TB249",
    "goes in a circle",
    "What waits for itself never begins.",
    "take one of the names on the way out",
)
TIER = Code(
    "TB250",
    "tier without a place",
    "No place is of this tier, so nothing can ever be proven there, or frozen.",
    "correct the name, or give a place this 'tier'",
)
SOURCE = Code(
    "TB251",
    "nothing to follow",
    "What is followed must be there, or nothing ever comes from it.",
    "follow a place that has a promotion of this app, or releases that there are",
)
AMBIGUOUS = Code(
    "TB252",
    "releases that can't be told apart",
    "Which one is newest, or what a tag leads to, would depend on who looks.",
    "give each release a version and a tag of its own",
)
SEAT = Code(
    "TB253",
    "approval that fills no seat",
    "Somebody believes to have agreed, and nothing counts it.",
    "write a role that the place asks for and the person has",
)
RECORDER = Code(
    "TB254",
    "may not record for this person",
    "Whose word somebody may write down is said in environments/people.yaml.",
    "let 'records_for' of who recorded it name the person",
)
EMPTY_WORD = Code(
    "TB255",
    "placeholder without a value",
    "It would be filled with nothing.",
    "give the environment a 'customer', or take the word out",
)
