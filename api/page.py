"""The page: the files that ``make run`` has built from ``web/``, and the same first file for all its places."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)

NOT_BUILT = """<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Milepost</title>
<h1>The page has not been built yet</h1>
<p>Milepost is running, and GraphQL answers at <code>/graphql</code>. To see the page, stop the server and start it
with <code>make run</code>, which builds the page first; or build it alone with <code>make page</code> and load this
address again.</p>
</html>
"""


class Page:
    """Serves the built page from ``folder``; looks for it at every request, so it may be built while we serve."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = _HashedFiles(directory=folder / "assets", check_dir=False)

    @property
    def assets(self) -> "_HashedFiles":
        """The files whose names change with what is in them."""
        return self._files

    async def answer(self, request: Request) -> Response:
        """Return a file of the page by its name, and the page itself for any other address a person might open."""
        wanted = request.path_params.get("path", "")
        file = (self._folder / wanted).resolve()
        if wanted and file.is_file() and file.is_relative_to(self._folder.resolve()) and file.name != "index.html":
            return FileResponse(file, headers={"Cache-Control": "public, max-age=300"})
        if "." in wanted.rpartition("/")[2]:
            raise HTTPException(404)
        first = self._folder / "index.html"
        headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Cache-Control": "no-cache"}
        if not first.is_file():
            return HTMLResponse(NOT_BUILT, status_code=503, headers=headers)
        return FileResponse(first, headers=headers, media_type="text/html; charset=utf-8")


class _HashedFiles(StaticFiles):
    def file_response(self, *args: object, **named: object) -> Response:
        response = super().file_response(*args, **named)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            return await super().get_response(path, scope)
        except (ValueError, OSError):
            raise HTTPException(404) from None
