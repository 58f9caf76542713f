"""Cloaked mirrors (伪装镜像): copies with readings injected and in Traditional script, on hosts without a recipe.

No list leads to them: their addresses are handed in with `gaoxin add`, and a page in which a cloak is found gets this source.
"""

from datetime import date

from scrapers.source import Source

SOURCE = Source(
    name="cloaked",
    title="伪装镜像",
    home="",
    zone=None,
    since=date(2015, 1, 1),
    verified="never",
    sections=[],
    items=None,
    layouts=[],
    rights="metadata",
)
