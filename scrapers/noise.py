"""How much the sentences in each element of a page count: little in what is named, or built, like what surrounds an article."""

from __future__ import annotations

import numpy as np

from scrapers.furniture import noise_of
from scrapers.outline import Numbers, Outline

_UNNAMED = frozenset("footer nav aside form header".split())
_ROWS = frozenset("li div dl dd tr article section".split())


def by_name(page: Outline) -> Numbers:
    """What the name of each element says of its own sentences, as a factor from 0 to 1."""
    small = _is_small(page)
    found = np.array(list(map(noise_of, page.attributes, small.tolist())))
    found[small & np.array([tag in _UNNAMED for tag in page.tags])] *= 0.2
    return found


def by_shape(page: Outline) -> Numbers:
    """What the way in which each element is built says of its own sentences, as a factor from 0 to 1."""
    return np.where(is_stream(page), 0.1, 1.0)


def inherited(page: Outline, own: Numbers) -> list[float]:
    """The factor of each element with those of all elements around it."""
    found = [1.0]
    for factor, parent in zip(own.tolist()[1:], page.parents[1:], strict=True):
        found.append(factor * found[parent])
    return found


def _is_small(page: Outline) -> Numbers:
    return np.asarray(page.length < 0.4 * max(page.length[0], 1))


def is_stream(page: Outline) -> Numbers:
    """Whether each element is a stream of teasers or of comments: four children or more of one kind, nearly each a few lines
    with a link of several words, or with a time. One of teasers that is much of the page must be a list: the frame of a page
    has such children too."""
    parents = np.array(page.parents[1:], np.intp)
    children = np.bincount(parents, minlength=len(page.tags))
    child = np.flatnonzero(page.length[1:]) + 1  # those without text are not looked at
    parent, length, linked, links = parents[child - 1], page.length[child], page.linked[child], page.links[child]

    def count(which: Numbers) -> Numbers:
        return np.bincount(parent[which], minlength=len(page.tags))

    shown = count(parent == parent)
    stamped = count((page.stamps[child] > 0) & (length < 700) & ~_is_tag(page, "p")[child])
    teasers = count((links > 0) & (length < 700) & (linked >= np.maximum(6, length / 12)))
    first = np.zeros(len(page.tags), np.intp)
    first[parent[::-1]] = child[::-1]
    names: dict[str, int] = {}
    name = np.array([names.setdefault(attributes, len(names)) for attributes in page.attributes])
    eldest = first[parent]
    alike = count((name[child] == name[eldest]) & (links == page.links[eldest]))
    has_rows = (shown >= 4) & _is_tag(page, *_ROWS)[first]
    may_be_large = _is_tag(page, "li")[first] | (alike >= 0.8 * shown)
    is_teasers = has_rows & (teasers >= 0.8 * shown) & (_is_small(page) | may_be_large)

    is_headline = (linked >= 0.8 * length) & (length > 5)
    order = np.argsort(parent, kind="stable")
    is_turn = is_headline[order][:-1] & ~is_headline[order][1:] & (np.diff(parent[order]) == 0)
    turns = np.bincount(parent[order][:-1][is_turn], minlength=len(page.tags))
    alternates = ~has_rows & (turns > 3) & (turns * 3 >= shown) & (count(children[child] > 0) == 0)

    is_comments = (stamped > 3) & (stamped >= 0.4 * shown)
    may_be = (children > 3) & ((page.links > 0) | (page.stamps > 3))
    return np.asarray(may_be & (is_comments | is_teasers | alternates))


def _is_tag(page: Outline, *names: str) -> Numbers:
    return np.array([tag in names for tag in page.tags])
