"""Text that a page hides until its reader asks for all of it, by a button such as `展开全文`."""

from __future__ import annotations

import re

from resiliparse.parse.html import ElementNode, HTMLTree

from scrapers.extraction.boilerplate import is_unfolding, noise_of
from scrapers.extraction.tokens import Tokens, select

LEAST = 40
"""The minimum length of a hidden text that is read; a shorter one is a hint."""
MOST = 40
"""The maximum number of hidden elements that are looked at."""
_WORDS = ("全文", "剩余", "余下", "全部内容", "展开全部")
"""Words of buttons: a quick test that excludes most pages."""
_DISPLAY = re.compile(r"display\s*:\s*none\s*(?:!important)?\s*;?", re.IGNORECASE)


def unfold(tree: HTMLTree, stream: Tokens) -> bool:
    """Show the text that a page folds away, and hide its button; whether there was any. `stream` is the page's."""
    shown = "".join(stream.texts)
    if tree.document is None or not any(word in shown for word in _WORDS):
        return False
    is_changed = False
    for element in select(tree.document, "[style*='none'], [hidden]")[:MOST]:
        if _holds_sentences(element) and (button := _button(element)):
            element.remove_attribute("hidden")
            element.set_attribute("style", _DISPLAY.sub("", element.get_attribute("style") or ""))
            button.set_attribute("style", "display:none")
            is_changed = True
    return is_changed


def _holds_sentences(element: ElementNode) -> bool:
    names = f'class="{element.get_attribute("class") or ""}" id="{element.get_attribute("id") or ""}"'
    text = element.text or ""
    return len(text) >= LEAST and "。" in text and noise_of(names, True) == 1


def _button(hidden: ElementNode) -> ElementNode | None:
    """The button that shows a hidden element, beside it or its parent."""
    for one in filter(None, (hidden, hidden.parent_element)):
        after = one.next_element_sibling
        beside = (one.previous_element_sibling, after, after.next_element_sibling if after else None)
        if button := next((other for other in beside if other and is_unfolding(other.text or "")), None):
            return button
    return None
