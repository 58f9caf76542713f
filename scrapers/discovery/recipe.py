"""Writes a recipe as the text of a source file, formatted like the project's own.

Its parts are expressions over the names that recipes use. `evaluate` computes the value of one, so that it can be tried before
it is written.
"""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cache
from types import ModuleType
from typing import Any

from scrapers import families, listing, rows, source
from scrapers.clean import one_line
from scrapers.rows import Links
from scrapers.source import Anywhere, Layout, Meta, Source

WIDTH = 120
"""Columns of a line of code; a Chinese character takes two."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """The known facts of a source. `section`, `items`, `layouts` and `tidy` are expressions. `layout_lacks` names the fields
    not found. `remarks` are comments by part name."""

    name: str
    title: str
    home: str
    family: str
    zone: str | None
    since: date
    section: str
    items: str
    layouts: Sequence[str]
    about: str
    tidy: str = ""
    rights: str = "excerpt"
    layout_lacks: Sequence[str] = ()
    remarks: Mapping[str, str] = field(default_factory=dict)


def text_of(recipe: Recipe) -> str:
    """The file of a recipe: sorted imports, one field a line, unknown facts as comments."""
    body = "\n".join(_source_lines(recipe))
    lines = [*_wrapped(f'"""{_in_docstring(recipe.about)}', 118), '"""', "", *_imports(body), "", body]
    return "\n".join(lines) + "\n"


def source_of(text: str) -> Source:
    """The source that the text of a recipe describes."""
    made: dict[str, Any] = {}
    exec(compile(text, "<recipe>", "exec"), made)  # our own text: `literal` wrote every value in it
    found = made["SOURCE"]
    assert isinstance(found, Source)
    return found


def evaluate(expression: str) -> Any:
    """The value of an expression in a recipe."""
    return eval(expression, dict(_names()))  # as above


def fill(template: str, told: Mapping[str, str]) -> str:
    """`template` with its braces filled from `told`, as literals; a name ending in `_n` is a number."""
    return template.format_map(
        {name: str(int(value)) if name.endswith("_n") else literal(value) for name, value in told.items()}
    )


def literal(text: str) -> str:
    """A text as the formatter writes it: in double quotes, unless it contains some."""
    if '"' in text and "'" not in text and "\\" not in text:
        return f"'{one_line(text)}'"
    return json.dumps(one_line(text), ensure_ascii=False)


def links(found: Links) -> str:
    """Links as written in a recipe."""
    told = [literal(found.row)]
    if found.link != "a[href]":
        told.append(f"link={literal(found.link) if found.link else None}")
    if found.date:
        told.append(f"date={literal(found.date)}")
    if found.title:
        told.append(f"title={literal(found.title)}")
    return f"Links({', '.join(told)})"


def layout(found: Layout, further: str = "") -> str:
    """A layout as written in a recipe; `further` are more arguments, as expressions."""
    told = []
    for each in fields(Layout):
        value = getattr(found, each.name)
        if each.name == "title" or value != each.default and isinstance(value, str | Meta | Anywhere):
            told.append(f"{each.name}={_where(value)}")
    return f"Layout({', '.join(told + ([further] if further else []))})"


def _where(value: str | Meta | Anywhere) -> str:
    if isinstance(value, Anywhere):
        return "anywhere()"
    return f"meta({', '.join(map(literal, value.names))})" if isinstance(value, Meta) else literal(value)


def _source_lines(recipe: Recipe) -> Iterator[str]:
    yield "SOURCE = Source("
    yield f"    name={literal(recipe.name)},"
    yield f"    title={literal(recipe.title)},"
    yield f"    home={literal(recipe.home)},"
    if recipe.family:
        yield f"    family={literal(recipe.family)},"
    yield f"    zone={literal(recipe.zone) if recipe.zone else None},{_comment(recipe, 'zone')}"
    yield f"    since=date({recipe.since.year}, {recipe.since.month}, {recipe.since.day}),{_comment(recipe, 'since')}"
    yield '    verified="never",'
    yield from _above(recipe, "sections")
    yield from _list("sections", [recipe.section])
    yield from _above(recipe, "items")
    yield from _exploded(f"items={recipe.items}", 4)
    yield from _above(recipe, "layouts")
    yield from _list("layouts", recipe.layouts, recipe.layout_lacks)
    yield "    # expect=Expect(per_month=…, fill=…): what is normal, once a month of it has been seen"
    if recipe.rights != "full":
        yield f"    rights={literal(recipe.rights)},{_comment(recipe, 'rights')}"
    if recipe.tidy:
        yield f"    tidy={recipe.tidy},"
    yield ")"


def _comment(recipe: Recipe, part: str) -> str:
    return f"  # {recipe.remarks[part]}" if part in recipe.remarks else ""


def _above(recipe: Recipe, part: str) -> Iterator[str]:
    if part in recipe.remarks:
        yield from _wrapped(f"    # {recipe.remarks[part]}", WIDTH, "    # ")


def _list(name: str, expressions: Sequence[str], lacks: Sequence[str] = ()) -> Iterator[str]:
    """A list of expressions: on one line if it fits and nothing is lacking, else one expression a line."""
    line = f"    {name}=[{', '.join(expressions)}],"
    if not lacks and _width(line) <= WIDTH:
        yield line
        return
    yield f"    {name}=["
    for expression in expressions:
        yield from _exploded(expression, 8, ", ".join(lacks) if expression.startswith("Layout(") else "")
    yield "    ],"


def _exploded(code: str, indent: int, lacks: str = "") -> Iterator[str]:
    """A call on one line, or one argument a line where it does not fit or needs a comment."""
    margin = " " * indent
    if not lacks and _width(f"{margin}{code},") <= WIDTH:
        yield f"{margin}{code},"
        return
    name, _, rest = code.partition("(")
    call = ast.parse(f"f({rest}").body[0]
    assert isinstance(call, ast.Expr) and isinstance(call.value, ast.Call)
    yield f"{margin}{name}("
    for argument in (*call.value.args, *call.value.keywords):
        yield f"{margin}    {ast.get_source_segment(f'f({rest}', argument)},"
    if lacks:
        yield f"{margin}    # not found in either article: {lacks}"
    yield f"{margin}),"


def _imports(body: str) -> Iterator[str]:
    """The imports for the names in `body`, in the project's order."""
    used = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)}
    yield "from datetime import date"
    yield ""
    for module in (families, listing, rows, source):
        names = sorted(used & _public(module).keys(), key=lambda name: (name[0].islower(), name))
        if names:
            yield f"from {module.__name__} import {', '.join(names)}"


@cache
def _names() -> Mapping[str, object]:
    return {"date": date} | _public(families) | _public(listing) | _public(rows) | _public(source)


def _public(module: ModuleType) -> dict[str, object]:
    """The names of a module that recipes may use: its own definitions, or the modules of the families."""
    if module is families:
        names = [found.name for found in pkgutil.iter_modules(module.__path__)]
        return {name: importlib.import_module(f"{module.__name__}.{name}") for name in names}
    return {name: value for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__}


def _in_docstring(text: str) -> str:
    return "\n\n".join(one_line(part).replace("\\", "/").replace('"', "'") for part in text.split("\n"))


def _wrapped(text: str, width: int, margin: str = "") -> Iterator[str]:
    """Lines of at most `width` columns, further ones after `margin`. Longer words are not broken."""
    for part in text.split("\n"):
        line, *words = re.split(r"(?<=\S) ", part)
        for word in words:
            if _width(f"{line} {word}") > width:
                yield line
                line = f"{margin}{word}"
            else:
                line = f"{line} {word}"
        yield line


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
