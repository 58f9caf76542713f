"""A site that lives, for `test_simulation`: what each of its addresses says at each moment, and what it answers a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from random import Random

from scrapers.client import Client
from scrapers.dates import SHANGHAI
from scrapers.families import gov_shtml
from scrapers.model import Outcome, Page
from scrapers.network.answers import judged
from scrapers.source import Source

HOST = "http://www.zone.example"
COLUMN = f"{HOST}/news/common_list"
START = datetime(2026, 3, 2, 1, tzinfo=UTC)
ROWS = 3
"""Rows of a list page."""
TICK = timedelta(seconds=2)  # what a request takes
SOURCE = Source(
    name="zone", title="园区", home=f"{HOST}/", zone=None, since=date(2015, 1, 1), verified="never", family="gov_shtml",
    sections=[gov_shtml.column("新闻", "/news")], items=gov_shtml.ITEMS, layouts=[gov_shtml.LAYOUT],
)  # fmt: skip

DEATHS = ("404", "410", "home", "notice", "404")
"""How a withdrawn page answers: by its status, by leading to the home page, by a page that says so."""
AILMENTS = ("500", "timeout", "truncated", "wall", "403", "hollow", "empty", "notice")
"""How a page answers for a while that is none of what it says."""
NIGHTS = ("500", "timeout", "403", "wall", "notice", "plain", "led", "vanished", "home")
"""How all pages of a site do."""
VANISHED = frozenset({"vanished", "home"})
"""Nights in which all pages seem to be withdrawn."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an article says."""

    title: str
    day: str
    body: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dead:
    """An address that was withdrawn, and how it says so."""

    how: str


@dataclass(frozen=True, slots=True)
class Led:
    """An address that leads to another."""

    there: str


State = Said | Dead | Led


def sentence(*seed: object) -> str:
    """A sentence that no other seed gives."""
    chance = Random(repr(seed))
    words = "园区企业项目建设服务创新人才政策产业平台科技发展改革投资管理工作全面推进落实重点任务质量提升"
    return "".join(chance.choices(words, k=24)) + "。"


@dataclass
class Site:
    """A site and its clock, which goes on with each request.

    history   what each address said, since when
    article   whose address each is: one that moved keeps its number, a copy has one of its own
    rows      the addresses on its list, the newest first; those `pinned` stand on top, those `doubled` twice
    ailing    the addresses, or numbers of list pages, that do not answer as they should, and how they answer
    nights    how the whole site answered, since when and, but for one that lasts, until when
    agenda    what happens at which request of a run
    is_torn   whether rows changed places in the two seconds between a list page and the one before, which nobody can see
    missed    since when each address was not answered as it should
    is_known  whether an address is of a document in the archive
    sick      the addresses of this run that were answered by something else than what they say
    """

    now: datetime = START
    has_etags: bool = False
    history: dict[str, list[tuple[datetime, State]]] = field(default_factory=dict)
    article: dict[str, int] = field(default_factory=dict)
    rows: list[str] = field(default_factory=list)
    pinned: list[str] = field(default_factory=list)
    doubled: set[str] = field(default_factory=set)
    ailing: dict[str | int, str] = field(default_factory=dict)
    nights: list[tuple[str, datetime, datetime | None]] = field(default_factory=list)
    agenda: dict[int, Callable[[], None]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    sick: list[str] = field(default_factory=list)
    is_torn: bool = False
    missed: dict[str, datetime] = field(default_factory=dict)
    serial: int = 0
    is_known: Callable[[str], bool] = lambda url: True

    # What the publisher does; `which` and `how` are any numbers

    def publish(self, which: int = 0, how: int = 0) -> None:
        """One article, or several of one day, on top of the list."""
        for _ in range(1 + which % 4 if how % 3 == 0 else 1):
            said = Said(f"第{self.serial}号:{sentence(self.serial)[:8]}", self.today(), self._body())
            self._put_on_top(said)

    def _body(self) -> tuple[str, ...]:
        return tuple(sentence(self.serial, n) for n in range(3))

    def _put_on_top(self, said: Said, article: int | None = None) -> str:
        url = f"{HOST}/a/{self.serial}.shtml"
        self.article[url] = self.serial if article is None else article
        self.serial += 1
        self._say(url, said)
        self.rows.insert(0, url)
        return url

    def edit(self, which: int, how: int) -> None:
        """Its title, its day, a sentence, all but its first: one of which nothing is left is another page, as was decided."""
        if (url := self._one(which, Said)) is None:
            return
        said, new = self._text(url), sentence(url, self.now)
        edits = (
            replace(said, title=f"{said.title.split(':')[0]}:{new[:9]}"),
            replace(said, body=(*said.body[:-1], new)),
            replace(said, body=(*said.body, new)),
            replace(said, body=(said.body[0], new)),
            replace(said, day=(date.fromisoformat(said.day) - timedelta(days=1)).isoformat()),
        )
        self._say(url, edits[how % len(edits)])

    def backdate(self, which: int, how: int) -> None:
        """An article of an earlier day, among those of that day."""
        day = (self.now - timedelta(days=how)).astimezone(SHANGHAI).date().isoformat()
        url = self._put_on_top(Said(f"第{self.serial}号:{sentence(self.serial)[:8]}", day, self._body()))
        self.rows.sort(key=self.day, reverse=True)
        if which % 2:
            self.rows.insert(which % len(self.rows), self.rows.pop(self.rows.index(url)))

    def edit_back(self, which: int, how: int) -> None:
        """An article says again what it said before."""
        if (url := self._one(which, Said)) is not None:
            texts = [said for _, said in self.history[url] if isinstance(said, Said)]
            self._say(url, texts[-2] if len(texts) > 1 else texts[-1])

    def withdraw(self, which: int, how: int) -> None:
        """An article is no longer there; its row may stay for a while."""
        if (url := self._one(which, Said)) is not None:
            self._say(url, Dead(DEATHS[how % len(DEATHS)]))
            if how < 8:
                self._unlist(url)

    def restore(self, which: int, how: int) -> None:
        """A withdrawn article is there again, where it was on the list or on top; edited, perhaps. One that was published
        elsewhere meanwhile is not."""
        dead = [u for u in self.history if isinstance(self.says(u), Dead) and self._addresses(u)[-1] == u]
        if not dead:
            return
        url = dead[which % len(dead)]
        self._say(url, self._text(url))
        if url not in self.rows:
            newer = [u for u in self.rows if self.serial_of(u) > self.serial_of(url)]
            self.rows.insert(len(newer) if how % 2 else 0, url)

    def move(self, which: int, how: int) -> None:
        """An article gets another address, to which the old one leads, or of which it says nothing."""
        if (url := self._one(which, Said)) is None:
            return
        place = self.rows.index(url) if url in self.rows else 0
        new = self._put_on_top(self._text(url), self.article[url])
        if how % 3:
            self.rows.remove(new)
            self.rows.insert(place, new)
        self._say(url, Led(new) if how % 2 else Dead("404"))
        self._unlist(url)

    def expire(self, which: int, how: int) -> None:
        """An old address no longer leads to the new one."""
        if (url := self._one(which, Led)) is not None:
            self._say(url, Dead(DEATHS[how % len(DEATHS)]))

    def copy(self, which: int, how: int) -> None:
        """The same text under another address too."""
        if (url := self._one(which, Said)) is not None:
            self._put_on_top(self._text(url))

    def pin(self, which: int, how: int) -> None:
        """A row stands on top of the list, or no longer does."""
        if self.rows:
            url = self.rows[which % len(self.rows)]
            self.pinned = [u for u in self.pinned if u != url] if url in self.pinned else [url, *self.pinned]

    def double(self, which: int, how: int) -> None:
        """A row stands twice on the list."""
        if self.rows:
            self.doubled ^= {self.rows[which % len(self.rows)]}

    def ail(self, which: int, how: int) -> None:
        """A page or, seldom, a list page answers something else for a while."""
        told = AILMENTS[how % len(AILMENTS)]
        if which % 4 == 0:
            self.ailing[1 + which // 4] = told
        elif (url := self._one(which, Said)) is not None:
            self.ailing[url] = told

    def heal(self, which: int = 0, how: int = 0) -> None:
        """All pages answer what they say."""
        self.ailing = {}
        if self.night:
            night, since, _ = self.nights.pop()
            self.nights.append((night, since, self.now))

    def fall(self, which: int, how: int) -> None:
        """The whole site answers something else."""
        if not self.night:
            self.nights.append((NIGHTS[how % len(NIGHTS)], self.now, None))

    @property
    def night(self) -> str | None:
        """How the whole site answers; None by day."""
        return self.nights[-1][0] if self.nights and self.nights[-1][2] is None else None

    # What it says

    def today(self) -> str:
        return self.now.astimezone(SHANGHAI).date().isoformat()

    def says(self, url: str, moment: datetime | None = None) -> State | None:
        """What an address says, or said at a moment; None before it was."""
        states = [state for at, state in self.history.get(url, ()) if moment is None or at <= moment]
        return states[-1] if states else None

    def shows(self, url: str, moment: datetime | None = None) -> State | None:
        """What a reader of this address sees: of one that leads elsewhere what stands there."""
        state = self.says(url, moment)
        return self.shows(state.there, moment) if isinstance(state, Led) else state

    def listing(self) -> list[str]:
        """The addresses of all rows, in order."""
        rows = [*self.pinned, *(url for url in self.rows if url not in self.pinned)]
        return [url for row in rows for url in ([row] * 2 if row in self.doubled else [row])]

    def serial_of(self, url: str) -> int:
        return int(url.rpartition("/")[2].partition(".")[0])

    def _one(self, which: int, kind: type[State]) -> str | None:
        """One of the addresses that are of this kind; the newest are the first."""
        found = [url for url in reversed(self.history) if isinstance(self.says(url), kind)]
        return found[which % len(found)] if found else None

    def _text(self, url: str) -> Said:
        """What an address says, or last said."""
        return next(said for _, said in reversed(self.history[url]) if isinstance(said, Said))

    def _addresses(self, url: str) -> list[str]:
        return [other for other in self.history if self.article[other] == self.article[url]]

    def _say(self, url: str, state: State) -> None:
        self.history.setdefault(url, []).append((self.now, state))

    def _unlist(self, url: str) -> None:
        self.rows = [u for u in self.rows if u != url]
        self.pinned = [u for u in self.pinned if u != url]
        self.doubled.discard(url)

    # What it answers

    def answer(self, url: str) -> Page:
        """What comes back for an address now."""
        if url.endswith("/robots.txt"):
            return Page(url, b"", self.now, status=404)
        self.now += TICK
        self.asked.append(url)
        self.is_torn |= len(self.asked) in self.agenda and _number(url) is not None
        self.agenda.pop(len(self.asked), lambda: None)()
        page = self._healthy(url)
        is_new = url in self.history and not self.is_known(url)
        ailment = self.ailing.get(url) or (self.ailing.get(_number(url) or 0))
        if ailment in ("hollow", "empty", "notice") and page.status != 200:
            ailment = None
        if is_new and (self.night or ailment == "notice"):
            page = _ailing("500", page)  # a first page that is a notice cannot be told from an article
        elif self.night:
            page = self._at_night(self.night, url)
        elif ailment:
            page = _ailing(ailment, page)
        if self.night or ailment or page.outcome is Outcome.CRASHED:
            self.sick.append(url)
            self.missed.setdefault(url, self.now)
            page = replace(page, outcome=Outcome.OK) if page.outcome is Outcome.CRASHED else page
        else:
            self.missed.pop(url, None)
        return page

    def _healthy(self, url: str) -> Page:
        if (number := _number(url)) is not None:
            return self._list_page(url, number)
        state = self.says(url)
        if isinstance(state, Said):
            body = article(state)
            return Page(
                url, body, self.now, headers={"etag": f'"{sha256(body).hexdigest()}"'} if self.has_etags else {}
            )
        if isinstance(state, Led):
            return Page(url, b"", self.now, status=301, headers={"location": state.there})
        if url in (f"{HOST}/", f"{HOST}/notice.html"):
            return Page(url, (HOME if url.endswith("/") else PLAIN).encode(), self.now)
        return _dead(state.how if state else "404", url, self.now)

    def _list_page(self, url: str, number: int) -> Page:
        listing = self.listing()
        pages = -(-len(listing) // ROWS)
        here = listing[(number - 1) * ROWS : number * ROWS]
        if not here:  # no list page that a reader can use
            return Page(url, b"", self.now, status=404, outcome=Outcome.CRASHED)
        items = "".join(
            f'<li><a href="{u}" title="{u}">x</a><span class="time">{self.day(u)}</span></li>' for u in here
        )
        pager = f"createPageHTML('page_div',{pages},{number},'common_list','shtml',{len(listing)})"
        return Page(url, f'<ul class="list">{items}</ul><script>{pager}</script>'.encode(), self.now)

    def day(self, url: str) -> str:
        return self._text(url).day

    def _at_night(self, night: str, url: str) -> Page:
        if night == "led" and not url.endswith("/notice.html"):
            return Page(url, b"", self.now, status=302, headers={"location": "/notice.html"})
        if night == "home" and url != f"{HOST}/":
            return Page(url, b"", self.now, status=302, headers={"location": "/"})
        if night == "vanished":
            return _dead("404", url, self.now)
        if night in ("plain", "led", "home"):
            return Page(url, (HOME if night == "home" else PLAIN).encode(), self.now)
        return _ailing(night, Page(url, article(Said("", self.today(), ("",))), self.now))


class Reader(Client):
    """The client, with a site of ours in place of the web."""

    site: Site

    async def _politely(self, url: str, headers: Mapping[str, str] | None, earlier: list[Page]) -> Page:
        page = self.site.answer(url)
        if headers and page.status == 200 and page.headers.get("etag") == headers.get("If-None-Match", ""):
            page = replace(page, body=b"", status=304)
        return judged(page, headers)


NOTICE = Said("系统维护公告", "2025-12-31", ("因机房检修,本站暂停访问,给您带来不便,敬请谅解。",))
PLAIN = f"<title>{NOTICE.title}</title><h1>{NOTICE.title}</h1><div><p>{NOTICE.body[0]}</p></div>"
HOME = "<title>园区</title><h1>园区</h1><ul><li><a href='/news/common_list.shtml'>新闻</a></ul>"
WALL = "<title>安全验证</title><p>请完成安全验证后继续访问。</p>"
MISSING = "<title>页面不存在</title><h1>页面不存在</h1><p>抱歉,您访问的页面不存在或已被删除。</p>"


def article(said: Said) -> bytes:
    """The page of an article."""
    paragraphs = "".join(f"<p>{text}</p>" for text in said.body)
    return (
        f'<title>{said.title}</title><meta name="ArticleTitle" content="{said.title}"><meta name="PubDate"'
        f' content="{said.day}"><h1>{said.title}</h1><div id="zoom">{paragraphs}</div>'
    ).encode()


def _number(url: str) -> int | None:
    """Which list page an address is of."""
    told = url.removeprefix(COLUMN).removesuffix(".shtml")
    return None if told == url or not url.startswith(COLUMN) else int(told.lstrip("_") or 1)


def _dead(how: str, url: str, now: datetime) -> Page:
    if how == "home":
        return Page(url, b"", now, status=302, headers={"location": "/"})
    if how == "notice":
        return Page(url, MISSING.encode(), now)
    return Page(url, b"<h1>Not Found</h1>", now, status=int(how))


def _ailing(how: str, page: Page) -> Page:
    """A page as it comes where it is not well."""
    page = replace(page, headers={})
    if how.isdigit():
        return replace(page, body=b"<h1>Error</h1>", status=int(how))
    if how == "timeout":
        return replace(page, body=b"", status=None, outcome=Outcome.TIMEOUT, error="no answer")
    if how == "truncated":
        return replace(page, body=page.body[: len(page.body) // 2], outcome=Outcome.TRUNCATED, error="cut short")
    bodies = {
        "wall": WALL.encode(),
        "empty": b"",
        "hollow": page.body.partition(b"<p>")[0].partition(b"<li>")[0] + b"</div></ul>",
        "notice": article(NOTICE),
    }
    return replace(page, body=bodies[how], status=200)
