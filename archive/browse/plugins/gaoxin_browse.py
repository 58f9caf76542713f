"""The Datasette plugin: metadata, Chinese search, the landing page, what the templates need, and the headers.

Datasette imports every file of this folder, so this is the only one; what it calls stands beside the folder.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from datasette import Response, handle_exception  # type: ignore[import-untyped, unused-ignore]
from pluggy import HookimplMarker

from archive.browse import about, bulletin
from archive.search import match_expression

hookimpl = HookimplMarker("datasette")

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""No page loads anything from elsewhere, whatever stands in the archive."""

HEADERS = ((b"content-security-policy", POLICY.encode()), (b"x-content-type-options", b"nosniff"))

_BLANK_SEARCH = re.compile(rb"(?:^|(?<=&))_search=(?:\+|%20)*(?:&|$)")


@hookimpl
def startup() -> None:
    """A page that is not there is no error: without rich, Datasette prints no screenful of locals for it."""
    handle_exception.rich = None


@hookimpl
def get_metadata(datasette: Any) -> dict[str, Any]:
    """Descriptions, facets and the search table, for whatever the file is called."""
    return about.metadata(datasette.get_database().name)


@hookimpl(trylast=True)
def prepare_connection(conn: Any) -> None:
    """Datasette's search box asks for `escape_fts`. Last, so that Datasette's own does not come after it."""
    conn.create_function("escape_fts", 1, match_expression, deterministic=True)


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    """The first page is the list of bulletins."""
    return [(r"/$", _landing)]


async def _landing(datasette: Any) -> Any:
    return Response.redirect(_bulletins(datasette))


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """For every template, error pages too, which get nothing else."""
    env.filters.update(beijing=bulletin.beijing, published=bulletin.published, booked=bulletin.booked)
    env.tests["linkable"] = bulletin.linkable
    env.globals.update(
        about=about,
        bulletins_url=lambda: _bulletins(datasette),
        tables_url=lambda: datasette.urls.database(datasette.get_database().name),
    )


@hookimpl
def extra_template_vars(
    database: str | None, table: str | None, columns: Any, view_name: str, request: Any, datasette: Any
) -> Callable[[], Awaitable[dict[str, Any]]]:
    """What the list of bulletins and the page of one need beyond Datasette's own variables."""

    async def variables() -> dict[str, Any]:
        if table != "bulletins" or database is None or view_name not in ("table", "row"):
            return {}
        db, searched = datasette.get_database(database), request.args.get("_search") or ""
        titles = {row[0]: row[1] for row in await db.execute("SELECT name, title FROM sources")}
        shared = {
            "site": lambda name: titles.get(name) or {"cloaked": "伪装转载"}.get(name, name),
            "searched": searched,
        }
        if view_name == "row":
            return {**shared, "page": await bulletin.page(db, request.url_vars["pks"], searched)}
        if bulletin.NEEDED.issubset(columns or ()):
            return {**shared, "cards": lambda rows: bulletin.cards(db, rows, searched)}
        return {}

    return variables


@hookimpl
def asgi_wrapper() -> Callable[[Any], Any]:
    """Headers on every answer, a byte-order mark for spreadsheets, and an empty search box that searches nothing."""
    return _wrapped


def _wrapped(app: Any) -> Any:
    async def wrapper(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        waiting = False

        async def answer(message: dict[str, Any]) -> None:
            nonlocal waiting
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", []))
                # Excel reads CSV without the mark as GBK. Only downloads get it: programs see plain UTF-8.
                waiting = any(name.lower() == b"content-type" and b"text/csv" in value for name, value in headers)
                message = {**message, "headers": [*headers, *HEADERS]}
            elif waiting and message.get("body"):
                waiting, message = False, {**message, "body": b"\xef\xbb\xbf" + message["body"]}
            await send(message)

        asked = {**scope, "query_string": _BLANK_SEARCH.sub(b"", scope["query_string"])}
        await app(asked, receive, answer)

    return wrapper


def _bulletins(datasette: Any) -> str:
    return str(datasette.urls.table(datasette.get_database().name, "bulletins"))
