"""Cloaked mirrors (伪装镜像): copies with injected readings and in Traditional script, on hosts without a recipe.

They have no lists: addresses are given with `gaoxin add`. A page in which a cloak is found gets this source.
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
