"""Small repositories, written by `git fast-import`: the same commit ids on every machine."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

ANA = "Ana Silva <ana@shop.example>"
BO = "Bo Berg <bo@shop.example>"
NOOR = "Noor Haddad <noor@shop.example>"
_FIRST = 1_790_000_000


def git(folder, *words, stdin=None):
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, input=stdin)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().strip()


@dataclass
class Story:
    """A history in the making; commits are called by numbers."""

    folder: Path
    stream: list[bytes] = field(default_factory=list)
    number: int = 0

    def commit(self, message, *, on=(), by=ANA, path="web/page.html", encoding=""):
        """One commit more; ``on`` are its parents, the one before it if none is named."""
        self.number += 1
        parents = on or ((self.number - 1,) if self.number > 1 else ())
        text = message if isinstance(message, bytes) else message.encode()
        who = f"{by} {_FIRST + 60 * self.number} +0000".encode(encoding or "utf-8")
        lines = [b"commit refs/heads/main", b"mark :%d" % self.number]
        lines += [b"author " + who, b"committer " + who]
        lines += [b"encoding " + encoding.encode()] if encoding else []
        lines += [b"data %d" % len(text), text]
        for word, each in zip(("from", *("merge",) * len(parents)), parents, strict=False):
            lines.append(f"{word} :{each}".encode())
        content = f"{self.number}\n".encode()
        lines += [f'M 100644 inline "{path}"'.encode(), b"data %d" % len(content), content]
        self.stream.append(b"\n".join(lines) + b"\n")
        return self.number

    def tag(self, name, number):
        self.stream.append(b"reset refs/tags/%s\nfrom :%d\n\n" % (name.encode(), number))

    def id_of(self, number):
        """Writes what there is and gives the id of one commit."""
        self.write()
        marks = dict(line.split() for line in (self.folder / "marks").read_text().splitlines())
        return marks[f":{number}"]

    def write(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.folder / "HEAD").exists():
            git(self.folder, "init", "-q", "--bare", "-b", "main")
        marks = [
            f"--import-marks-if-exists={self.folder / 'marks'}",
            f"--export-marks={self.folder / 'marks'}",
        ]
        git(self.folder, "fast-import", "--quiet", "--force", *marks, stdin=b"".join(self.stream))
        self.stream.clear()


def merges(folder):
    """Merge requests of two forges, plain merges, a branch of branches, and the base brought in."""
    it = Story(folder)
    start = it.commit("Start")
    it.tag("v1.0.0", start)
    side = it.commit("feat: add a basket\n\nSHOP-12", on=(start,))
    side = it.commit("wip", on=(side,), by=BO)
    main = it.commit("fix: round prices up", on=(start,), path="api/price.py")
    back = it.commit("Merge branch 'main' into basket", on=(side, main))
    side = it.commit("fix typo", on=(back,), by=NOOR)
    main = it.commit(
        "Merge branch 'basket' into 'main'\n\nfeat: Let people fill a basket\n\nSee merge request shop/web!7",
        on=(main, side),
        by=BO,
    )
    side = it.commit("Speed up search", on=(main,), path="api/search.py")
    main = it.commit(
        "Merge pull request #9 from shop/search\n\nSearch answers faster", on=(main, side), by=BO
    )
    side = it.commit("docs: tell about search", on=(main,), path="docs/search.md", by=NOOR)
    main = it.commit("Merge branch 'docs-SHOP-13'", on=(main, side))
    one = it.commit("Add gift cards\n\nSHOP-20", on=(main,))
    develop = it.commit("Merge branch 'gifts' into develop\n\nGift cards", on=(main, one))
    two = it.commit("Pay by invoice\n\nSHOP-21", on=(develop,), by=NOOR, path="api/pay.py")
    develop = it.commit("Merge branch 'invoice' into develop\n\nfeat!: Invoices", on=(develop, two))
    main = it.commit("Merge branch 'develop'\n\nRelease of March", on=(main, develop))
    last = it.commit("fix: the last thing", on=(main,))
    it.tag("v1.1.0", last)
    it.write()


def squashes(folder):
    """Squashed merge requests: numbers, bodies full of old titles, co-authors, what breaks."""
    it = Story(folder)
    it.tag("v1.0.0", it.commit("Start"))
    it.commit(
        "feat(basket): keep it for a week (#31)\n\n* wip\n* feat: not this title\n\nSHOP-31\n\nCo-authored-by: Bo Berg <bo@shop.example>"
    )
    it.commit(
        "feat(api)!: drop version 1 (#32)\n\nBREAKING CHANGE: clients of version 1\nmust move to /v2\n\nRefs: SHOP-32, SHOP-9",
        path="api/v1.py",
        by=BO,
    )
    it.commit(
        "fix: count stock once (!33)\n\nBREAKING-CHANGE: stock below 0 is refused",
        path="api/stock.py",
    )
    it.commit("perf(search): a third faster", path="api/search.py", by=NOOR)
    it.commit("security: renew the session after login", path="web/login.html")
    it.commit("deprecate: the old basket's address")
    it.commit("remove: the fax form")
    it.commit("chore(deps): newer tools", path="tools/lock.txt")
    it.commit("Make the logo rounder")
    it.commit("note: this type is nobody's")
    it.commit("Fix: upper case counts too\n\nco-authored-by:   Noor Haddad   <NOOR@shop.example>")
    it.tag(
        "v1.1.0",
        it.commit("feat: one for web and api\n\nXSHOP-1 SHOP-2b SHOP-2", path="web/api.html"),
    )
    it.write()


def reverts(folder):
    """What was taken back, what was restored, and what takes back something older."""
    it = Story(folder)
    old = it.commit("feat: ask for a birthday")
    it.tag("v1.0.0", old)
    gone = it.commit("feat: dark colours")
    kept = it.commit("fix: dark text on dark ground")
    it.commit(f'Revert "feat: dark colours"\n\nThis reverts commit {it.id_of(gone)}.', by=BO)
    back = it.commit(
        f'Revert "fix: dark text on dark ground"\n\nThis reverts commit {it.id_of(kept)[:12]}.'
    )
    it.commit(f'Reapply "fix: dark text on dark ground"\n\nThis reverts commit {it.id_of(back)}.')
    main = it.commit(
        f'Revert "feat: ask for a birthday"\n\nThis reverts commit {it.id_of(old)}.', by=NOOR
    )
    side = it.commit("feat: reviews", on=(main,))
    side = it.commit("more reviews", on=(side,))
    merge = it.commit("Merge branch 'reviews'\n\nfeat: Reviews", on=(main, side))
    again = it.commit(
        f"Revert \"Merge branch 'reviews'\"\n\nThis reverts commit {it.id_of(merge)}, reversing\n"
        f"changes made to {it.id_of(main)}.",
        on=(merge,),
    )
    it.commit("fix: no commit of that name\n\nThis reverts commit 0123456789abcdef.", on=(again,))
    it.tag("v1.1.0", it.number)
    it.write()


def letters(folder):
    """Many scripts, an old encoding, and letters that are put together."""
    it = Story(folder)
    it.tag("v1.0.0", it.commit("Début"))
    it.commit("feat(panier): garder les articles préférés 🛒", by="Zoë Müller <zoe@shop.example>")
    it.commit("fix: 価格を正しく丸める", by="山田 花子 <hanako@shop.example>")
    it.commit("feat: أضف سلة المشتريات", by="نور <noor@shop.example>")
    it.commit("fix: e\u0301t\u00e9 and \u00e9te\u0301")
    it.commit("feat: family 👩\u200d👩\u200d👧 and ½ price — “quoted”")
    it.commit(
        "fix: größere Schrift".encode("latin-1"),
        by="Jürgen <j@shop.example>",
        encoding="ISO-8859-1",
    )
    it.commit("docs: straße", path="docs/stra\\303\\237e.md")
    it.tag("v1.1.0", it.commit(b"fix: no text at all \xff\xfe"))
    it.write()


def thousand(folder):
    """A thousand commits in a hundred merge requests."""
    it = Story(folder)
    main = it.commit("Start")
    it.tag("v1.0.0", main)
    types = ("feat", "fix", "perf", "docs", "chore")
    people = (ANA, BO, NOOR)
    for request in range(100):
        side = main
        for step in range(9):
            folder_ = ("web", "api")[request % 2]
            side = it.commit(
                f"step {step} of {request}\n\nSHOP-{request}",
                on=(side,),
                by=people[step % 3],
                path=f"{folder_}/f{step}",
            )
        kind = types[request % 5]
        main = it.commit(
            f"Merge branch 'b{request}'\n\n{kind}: Request number {request}", on=(main, side)
        )
    it.tag("v1.1.0", main)
    it.write()


HOSTILE = [
    "<script>alert(1)</script>",
    "feat: [click](javascript:alert(1)) ![](https://tracker.example/x.png)",
    "fix: @everyone see #12 !13 %1 ~bug GH-4, closes #99",
    "- [ ] a task",
    "1. a list",
    "+ more",
    ": not a term",
    "feat(`x`): `code` ``` and ~~~",
    "fix: www.evil.example https://evil.example/a?b=c mailto:a@evil.example",
    "# a heading | a cell | <br>",
    "feat: {{ site.secret }} {% include x %} ${HOME} $(id) =1+1",
    "fix: \x1b[31mred\x1b[0m \x07 bell \u202eesrever \u200bhidden \u3164",
    "fix: ghp_0123456789abcdefghijABCDEFGHIJ012345 https://u:secret@host.example/",
    "feat!: \\[esc\\] &lt;b&gt; &#60;i&#62; *bold* __bold__\n\nBREAKING CHANGE: <img src=x onerror=alert(1)>\n/approve",
    "x" * 5000,
    "feat: title\r\n## second line\r\n\r\nSHOP-1",
    "---",
    "yes: &anchor !!python/object *alias",
    "\u2028line\u2029separators\u0085",
]


def hostile(folder):
    """Text that would be markup, commands, calls or links wherever it isn't made inert."""
    it = Story(folder)
    it.tag("v1.0.0", it.commit("Start"))
    for each in HOSTILE:
        it.commit(
            each, by='*Eve* "@all" [x](y) `<b`>`'.replace("<b`>", "b") + " <eve@evil.example>"
        )
    it.commit("feat: a file of an odd name", path='web/\\nweb\\tx\\"`<b>')
    it.tag("v1.1.0", it.number)
    it.write()


REPOSITORIES = {
    each.__name__: each for each in (merges, squashes, reverts, letters, thousand, hostile)
}
