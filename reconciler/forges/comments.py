"""One comment of ours below a merge request: made once, and changed afterwards."""

from reconciler.errors import UnreachableError
from reconciler.system.client import Project, Said


class _Who(Said):
    login: str = ""
    username: str = ""

    @property
    def name(self) -> str:
        """The login, whatever the forge calls it."""
        return self.login or self.username


class _Comment(Said):
    id: int
    body: str = ""
    user: _Who | None = None
    author: _Who | None = None
    html_url: str = ""

    @property
    def by(self) -> str:
        """Whose it is, also after somebody else has edited it."""
        who = self.user or self.author
        return who.name if who else ""


def keep_comment(project: Project, at: str, one: str, text: str, *, marker: str, edit: str) -> str:
    """Put the text there, or change what is there of ours; its address, or its number.

    ``at`` lists comments and takes new ones, ``one`` is what each has in front of its number, and
    ``edit`` the method that changes it. Others may write the marker too, and any writer may edit
    ours, so the account decides, and the whole text is compared.
    """
    me = project.client.get("/user", _Who).name
    if not me:
        raise UnreachableError("the forge doesn't say whose its token is")
    mine = next(
        (each for each in project.each(at, _Comment) if each.by == me and marker in each.body),
        None,
    )
    if mine is None:
        mine = project.send("POST", at, {"body": text}, _Comment)
    elif mine.body != text:
        project.send(edit, f"{one}/{mine.id}", {"body": text}, _Comment)
    return mine.html_url or f"comment {mine.id}"
