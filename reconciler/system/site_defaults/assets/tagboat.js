// Three comforts; without them the pages say the same: rows as cards on a phone, times that stay
// right while a page is open, and a page that shows the next build by itself.
(() => {
  "use strict";
  const built = document.querySelector(".tb-built");
  if (!built) return;

  const kindOf = (table, columns) => {
    if (table.querySelector(".tb-cell")) return "matrix";
    return columns > 2 ? "list" : "facts";
  };
  for (const table of document.querySelectorAll(".md-content table")) {
    const heads = [...table.querySelectorAll("thead th")].map((each) => each.textContent.trim());
    table.dataset.tb = kindOf(table, heads.length);
    for (const row of table.querySelectorAll("tbody tr")) {
      [...row.cells].forEach((cell, number) => {
        cell.dataset.label = heads[number] || "";
        const mark = cell.querySelector(".tb-cell");
        const colour = mark && [...mark.classList].find((each) => !["tb-mark", "tb-cell"].includes(each));
        if (colour) { cell.dataset.colour = colour; cell.classList.add(colour); }
        if (!cell.childNodes.length) return;
        const inner = document.createElement("div");
        inner.className = "tb-in";
        inner.append(...cell.childNodes);
        cell.append(inner);
      });
    }
  }

  const ago = (seconds) => {
    if (seconds < 60) return "just now";
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
    if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
    return `${Math.floor(seconds / 86400)} d ago`;
  };
  const refresh = () => {
    for (const each of document.querySelectorAll("time[title]")) {
      const then = Date.parse(each.dateTime);
      if (then) each.textContent = ago((Date.now() - then) / 1000);
    }
  };

  let seen = null;
  const look = async () => {
    if (document.hidden || document.activeElement?.matches("input, textarea")) return;
    try {
      const answer = await fetch(location.pathname, { method: "HEAD", cache: "no-store" });
      const tag = answer.ok ? answer.headers.get("etag") : null;
      if (seen && tag && tag !== seen) location.reload();
      seen = tag || seen;
    } catch { /* The server is away: the page stays as it is. */ }
  };
  if (location.protocol.startsWith("http")) {
    refresh();
    setInterval(refresh, 30000);
    look();
    setInterval(look, 10000);
  }
})();
