"""What stands at ``/`` before the web UI is built: the command that builds it."""

from typing import Final

from starlette.responses import HTMLResponse

from quarterdeck_gateway.ui.headers import headers_for

_PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Quarterdeck</title>
<h1>Quarterdeck is up</h1>
<p>The web UI is not built yet. In the project's folder, run:</p>
<pre>make run</pre>
<p>It builds the UI (Node 20 or newer) and starts Quarterdeck with it. The API works already:
<code>/v1</code> and <code>/api/v1</code>.</p>
</html>
"""


def not_built() -> HTMLResponse:
    """The page; nobody may keep it."""
    return HTMLResponse(_PAGE, headers=headers_for("index.html") | {"cache-control": "no-store"})
