"""One identity per address.

`normalise` gives the form of an address that we store. `spellings` gives the forms under which the same page may be stored.
`identity` is the basis of a document's key. It leaves out the scheme, as sites move to https.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urljoin, urlsplit, urlunsplit

from scrapers.model import Problem

_TRACKING = re.compile(
    r"(?:utm_\w+|spm(?:_id_from)?|from_source|share_\w+|wfr|isappinstalled|jsessionid|phpsessid|aspsessionid\w*)\Z",
    re.I,
)
_SESSION = re.compile(r";jsessionid=[^/;]*", re.I)
"""A visitor's session in a path, as Java servers write it into every link for those without cookies."""
_DEFAULT_PORT = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_-])?")
_USER = re.compile(r"//[^/]*@")
_KEEP = "%/:?#[]@!$&'()*+,;=-._~|"
_LONGEST = 8_000
"""The maximum length of an address: servers refuse longer ones."""
_SHOWN = 200
"""How many characters of a wrong address a message repeats."""


def normalise(url: str, base: str | None = None) -> str:
    """`url`, made absolute against `base`, in stored form: lower-case host, no fragment, no tracking, no session, no `div=-1`.

    Raises Problem where it is no http or https address, is longer than servers take, or carries a user name or password, which
    the message never repeats.
    """
    text = re.sub(r"[\t\r\n]", "", url).strip()
    told = _USER.sub("//…@", text)[:_SHOWN]
    try:
        text.encode()
        parts = urlsplit(urljoin(base, text) if base else text)
        port, name = parts.port, parts.hostname or ""
    except ValueError as error:
        raise Problem(f"{told!r} is not an address: give a full one, such as http://host/page.html") from error
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORT or not name:
        raise Problem(f"{told!r} is not a web address: give a full one, such as http://host/page.html")
    if "@" in parts.netloc:
        raise Problem(f"an address of {name[:_SHOWN]} carries a user name or password: give it without")
    netloc = _host(name)
    if port not in (None, _DEFAULT_PORT[scheme]):
        netloc += f":{port}"
    path = _without_dots(_escape(_SESSION.sub("", parts.path))) or "/"
    whole = urlunsplit((scheme, netloc, path, _query(parts.query), ""))
    if len(whole) > _LONGEST:
        raise Problem(
            f"an address of {netloc[:_SHOWN]} has {len(whole):,} characters: no server takes more than {_LONGEST:,}"
        )
    return whole


def _host(name: str) -> str:
    """A host name in ASCII and lower case, or an IPv6 address in brackets."""
    if ":" in name:
        return f"[{name.lower()}]"
    try:
        host = name.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise Problem(f"{name[:_SHOWN]!r} is not a host name: check the address") from error
    if not _HOST.fullmatch(host):
        raise Problem(f"{name[:_SHOWN]!r} is not a host name: check the address")
    return host


def _without_dots(path: str) -> str:
    """A path without `.` and `..` (RFC 3986, 5.2.4), so that robots.txt is applied to the path that is requested."""
    kept: list[str] = []
    segments = re.sub(r"%2E", ".", path).split("/")
    for segment in segments:
        if segment == "..":
            del kept[max(len(kept) - 1, 1) :]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept)


def identity(url: str) -> str:
    """A normalised address without its scheme: `//host/path?query`."""
    return url.partition(":")[2]


def place(url: str) -> str:
    """Where an address is on its site: `//host/path?query`. Lists mix links with http and https, with and without `www.`, so
    addresses are compared without these."""
    return identity(url).replace("//www.", "//", 1)


def spellings(url: str) -> tuple[str, str]:
    """The two forms under which a normalised address may be stored: with http and with https."""
    rest = identity(url)
    return f"http:{rest}", f"https:{rest}"


def host(url: str) -> str:
    """The host name of a normalised address, without port."""
    return urlsplit(url).hostname or ""


def path_and_query(url: str) -> str:
    """What stands behind the host of an address."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _query(query: str) -> str:
    """The query without tracking parameters; the rest is kept as written, in its order."""
    kept = []
    for part in query.split("&"):
        name, value = next(iter(parse_qsl(part, keep_blank_values=True)), (part, ""))
        if part and not _TRACKING.match(name) and not (name == "div" and value == "-1"):
            kept.append(part)
    return _escape("&".join(kept))


def _escape(text: str) -> str:
    """Percent-escapes in capitals, and added where they are missing."""
    escaped = quote(text, safe=_KEEP)
    escaped = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", escaped)
    return re.sub(r"%[0-9a-f]{2}", lambda match: match[0].upper(), escaped, flags=re.I)
