"""The Datasette plugin: metadata, Chinese search, the landing page, template variables, and response headers.

Datasette imports every file in this folder, so this is the only one; the modules it calls are in the parent folder.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from datasette import NotFound, Response  # type: ignore[import-untyped, unused-ignore]
from datasette import handle_exception as told_by_datasette  # type: ignore[import-untyped, unused-ignore]
from datasette.filters import FilterArguments  # type: ignore[import-untyped, unused-ignore]
from datasette.utils import InvalidSql  # type: ignore[import-untyped, unused-ignore]
from datasette.views.base import DatasetteError  # type: ignore[import-untyped, unused-ignore]
from datasette.views.row import RowView  # type: ignore[import-untyped, unused-ignore]
from pluggy import HookimplMarker

from archive import times
from archive.browse import about, bulletin, counts, download, filters, names, refused, version
from archive.browse.hits import Memory
from archive.cite import entries, permanent, work_of
from archive.search import has_word, match_expression

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
"""No page loads anything from elsewhere, whatever the archive contains."""

HEADERS = ((b"content-security-policy", POLICY.encode()), (b"x-content-type-options", b"nosniff"))

MAPPED = 1 << 40
"""Bytes of the file that are memory-mapped: all of it."""

_memory = Memory()
_columns = counts.Columns()
_BLANK_SEARCH = re.compile(rb"(?:^|(?<=&))_search=(?:\+|%20)*(?:&|$)")
_PAGE = re.compile(r"(?<=[?&])_next=[^&]*&?")
_LABELS = re.compile(rb"(?:^|(?<=&))_labels?=[^&]*(?:&|$)")


@hookimpl
def startup(datasette: Any) -> None:
    """Set up filters, and counts from memory. A missing page is no error: without rich, Datasette does not print a
    screenful of local variables for it."""
    filters.teach()
    counts.remember(datasette.get_database(), _memory, _columns)
    told_by_datasette.rich = None


@hookimpl(tryfirst=True)
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Any:
    """Correct the status and message of an error that Datasette then renders. An unknown word in a URL, such as a column to
    sort by or a place in a list, is not a server error: only errors raised by SQLite keep the status 500. A bulletin not found
    by its number may be withheld, or found by its key."""
    if isinstance(exception, DatasetteError) and exception.status == 500:
        exception.status = 500 if isinstance(exception.__context__, sqlite3.Error) else 400
    if isinstance(exception, DatasetteError) and isinstance(exception.__context__, InvalidSql):
        exception.message = refused.syntax_error(request.args.get("sql") or "") or exception.message
    if isinstance(exception, ValueError | KeyError) and (typed := refused.ONLY_IN_LINKS & set(request.args)):
        sentence = f"{'、'.join(sorted(typed))} 只能照页面上的链接给出。"
        unknown = DatasetteError(sentence, title=filters.UNKNOWN, status=400)
        return told_by_datasette.handle_exception(datasette, request, unknown)
    if isinstance(exception, NotFound) and "pks" in request.url_vars and request.url_vars["table"] == "bulletins":
        return _not_listed(datasette, request)
    return None


async def _not_listed(datasette: Any, request: Any) -> Any:
    """The answer at `/bulletins/<pks>` if the list has no such number; None if there is nothing better than a 404."""
    pks, ending = request.url_vars["pks"], request.url_vars["format"]
    if why := await refused.withheld(datasette.get_database(), pks):
        if ending == "json":
            return Response.json({"ok": False, "error": why.reason, "status": 410, "title": None}, status=410)
        return Response.html(
            await datasette.render_template("withheld.html", {"page": why}, request=request), status=410
        )
    page = await _page_of(datasette, pks)
    return Response.redirect(page + (f".{ending}" if ending else "")) if page else None


async def _page_of(datasette: Any, typed: str) -> str | None:
    """The path of the page of the bulletin or version that `typed` names; None if it names none."""
    page: str | None = await datasette.get_database().execute_fn(lambda conn: names.page_of(conn, typed))
    if page is None or page.startswith("/v/"):
        return page and str(datasette.urls.path(page))
    return _bulletins(datasette) + page


@hookimpl
def get_metadata(datasette: Any) -> dict[str, Any]:
    """Descriptions, facets and the search table, whatever the file is called."""
    return about.metadata(datasette.get_database().name)


@hookimpl(trylast=True)
def prepare_connection(conn: Any, database: str) -> None:
    """Register `escape_fts` for hand-written SQL, and the functions that `hits` and `counts` need. It runs last, since
    Datasette's own `escape_fts` must not replace this one."""
    conn.create_function("escape_fts", 1, match_expression, deterministic=True)
    conn.execute(f"PRAGMA mmap_size = {MAPPED}")
    _memory.teach(conn, database)
    _columns.teach(conn)


@hookimpl(trylast=True)
def filters_from_request(request: Any, database: str, table: str, datasette: Any) -> Any:
    """Replace Datasette's search of the bulletins; it runs last, so that it decides whether there is a search box. Of the
    other tables, list only rows that are not withheld. A filter by what is not there, or by a date that is none, is refused."""

    async def narrowed() -> Any:
        asked = [(name, value) for name in request.args for value in request.args.getlist(name)]
        refused.check(asked, await datasette.get_database(database).table_columns(table))
        if table != "bulletins":
            return FilterArguments([about.SHOWN[table]] if table in about.SHOWN else [])
        changed = [counts.CHANGED["edited"]] if request.args.get("_edited") else []
        query = request.args.get("_search")
        if not query:
            return FilterArguments(changed, extra_context={"supports_search": True})
        hits = await datasette.get_database(database).execute_fn(lambda conn: _memory.find(conn, database, query))
        told = [f'search matches "{query}"']
        params = {"search": query} | ({counts.RANKED: "1"} if _is_ranked(request) else {})
        return FilterArguments([hits.condition, *changed], params, told, {"supports_search": True, "search": query})

    return narrowed


def _is_ranked(request: Any) -> bool:
    """Whether the best matches are wanted first: only on a first page without its own order, not in a file of all rows."""
    args = request.args
    others = ("_sort", "_sort_desc", "_next", "_stream")
    return bool(args.get("_search") and args.get("_ranked")) and not any(args.get(name) for name in others)


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    """The landing page is the list of bulletins, each version has a permanent address, each table a download for Excel, and no
    page of a row shows what its table leaves out."""
    return [
        (r"/$", _landing),
        (r"/v/(?P<digits>[0-9a-f]{12,64})$", _version),
        (r"/(?P<database>[^/]+)/(?P<table>[^/]+)/-/excel\.csv$", download.answer),
        (rf"/(?P<database>[^/.]+)/(?P<table>{'|'.join(about.SHOWN)})/(?P<pks>[^/]+?)(\.(?P<format>\w+))?$", _row),
    ]


async def _landing(datasette: Any) -> Any:
    return Response.redirect(_bulletins(datasette))


async def _row(datasette: Any, request: Any, send: Any) -> Any:
    if await refused.is_withheld(datasette.get_database(), request.url_vars["table"], request.url_vars["pks"]):
        raise NotFound("这一行属于一篇不予显示的文献。")
    return await RowView.as_view(datasette)(request, send)


async def _version(datasette: Any, request: Any) -> Any:
    found = await version.page(datasette.get_database(), request.url_vars["digits"])
    if found is None:
        raise NotFound(f"no version has a hash that begins with {request.url_vars['digits']}, or several have")
    html = await datasette.render_template("version.html", {"page": found}, request=request)
    return Response.html(html, status=410 if found.withheld else 200)


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """Filters and variables for every template, including error pages, which get nothing else."""
    env.filters.update(beijing=times.beijing, published=times.published, booked=bulletin.booked, permanent=permanent)
    env.filters["first_page"] = lambda url: _PAGE.sub("", url).rstrip("?&")
    env.tests["linkable"] = bulletin.linkable
    env.globals.update(
        about=about,
        has_word=has_word,
        refused=refused,
        work_of=work_of,
        entries=entries,
        bulletins_url=lambda: _bulletins(datasette),
        tables_url=lambda: datasette.urls.database(datasette.get_database().name),
    )


@hookimpl
def extra_template_vars(
    database: str | None, table: str | None, columns: Any, view_name: str, request: Any, datasette: Any
) -> Callable[[], Awaitable[dict[str, Any]]]:
    """The variables that the list of bulletins and the page of one need beyond Datasette's own."""

    async def variables() -> dict[str, Any]:
        if table != "bulletins" or database is None or view_name not in ("table", "row"):
            return {}
        db, searched = datasette.get_database(database), request.args.get("_search") or ""
        titles = await names.titles(db)
        shared = {
            "site": lambda name: titles.get(name, name),
            "searched": searched,
            "ranked": _is_ranked(request),
        }
        if view_name == "row":
            return {**shared, "page": await bulletin.page(db, request.url_vars["pks"], searched)}
        if bulletin.NEEDED.issubset(columns or ()):
            return {
                **shared,
                "cards": lambda rows: bulletin.cards(db, rows, searched),
                "changed": lambda query: counts.changed(db, query["sql"], query["params"]),
                "shown": lambda column, value: {"source": titles, "status": names.STATES}.get(column, {}).get(
                    value, value
                ),
            }
        return {}

    return variables


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    """Add headers to every response, drop an empty search, and redirect a search for one name to the page that it names."""
    return lambda app: _wrapped(app, datasette)


def _wrapped(app: Any, datasette: Any) -> Any:
    async def wrapper(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return

        async def answer(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), *HEADERS]}
            await send(message)

        query = await _put_right(datasette, scope["path"], scope["query_string"])
        if scope["path"] == _bulletins(datasette):
            typed = parse_qs(query.decode("latin-1")).get("_search", [""])[0]
            if typed and (page := await _page_of(datasette, typed)):
                await Response.redirect(page).asgi_send(answer)
                return
        asked = {**scope, "query_string": query}
        await app(asked, receive, answer)

    return wrapper


async def _put_right(datasette: Any, path: str, query: bytes) -> bytes:
    """The query string of a URL, changed so that Datasette answers what its reader means."""
    query = _BLANK_SEARCH.sub(b"", query)
    if path.startswith(
        (_bulletins(datasette), f"{datasette.urls.database(datasette.get_database().name)}/version_details")
    ):
        query = (await names.in_archive(datasette.get_database(), query.decode("latin-1"))).encode("latin-1")
    if b"_search=" in query and b"_facet" not in query and path.endswith(".json"):
        query += b"&_nofacet=1"  # facets are for people: a program requests those it needs
    if b"_col=" in query or b"_nocol=" in query:
        # With labels, Datasette fails if the column that it sorts by is left out.
        query = _LABELS.sub(b"", query) + b"&_labels=off"
    return query


def _bulletins(datasette: Any) -> str:
    return str(datasette.urls.table(datasette.get_database().name, "bulletins"))
