"""History × plan → ``{path: text}``: pages, JSON, CSV, feed, pictures (L2, pure).

Whatever comes from files or records passes `reconciler.publish.escaping` on its way into a page.
No page knows MkDocs: they are plain Markdown that a forge shows as well.
"""

from reconciler.publish.inputs import SiteInputs
from reconciler.publish.site import pages

__all__ = ["SiteInputs", "pages"]
