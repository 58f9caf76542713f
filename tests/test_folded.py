"""Text that a page hides until its reader asks for all of it is of the article; what is hidden for other reasons is not."""

from __future__ import annotations

import pytest

from tests.outcomes import article, page

SHOWN = "".join(f"<p>云溪高新区今天召开第{n}次产业大会，部署全年工作，要求各部门认真落实。</p>" for n in range(3))
REST = "".join(f"<p>下半年，全区还将建设第{n}个公共服务平台，为企业提供检测、认证和培训服务。</p>" for n in range(3))


def body(inside: str) -> list[str]:
    heading = "<h1>云溪高新区召开产业大会</h1><div>2026-03-02 来源：云溪日报</div>"
    return article(page("云溪高新区召开产业大会", heading + inside)).body.split("\n")


@pytest.mark.parametrize(
    "hidden", ["<div style='color:#333; display: none'>", "<div hidden>", "<div style=display:none!important>"]
)
@pytest.mark.parametrize(
    "button", ["<a onclick=x()>展开全文</a>", "<div>点击查看全文</div>", "<span>阅读剩余50%</span>"]
)
@pytest.mark.parametrize("form", ["{shown}{rest}{button}", "{shown}{button}{rest}", "<div>{shown}{rest}</div>{button}"])
def test_what_a_button_shows_is_of_the_article(hidden: str, button: str, form: str) -> None:
    inside = form.format(shown=SHOWN, rest=f"{hidden}{REST}</div>", button=button)
    told = body(f"<div class=art>{inside}</div>")
    assert [len(told), "第0次" in told[0], "第2个" in told[5]] == [6, True, True]


@pytest.mark.parametrize(
    "inside",
    [
        "{shown}<div style=display:none>{rest}</div>",
        "{shown}<div style=display:none>{rest}</div><a>查看更多</a>",
        "{shown}<div style=display:none>{rest}</div><div>全文共三千字</div>",
        "{shown}<div class=comments style=display:none>{rest}</div><a>展开全部</a>",
        "{shown}<div style=display:none>广告</div><a>展开全文</a>",
    ],
)
def test_what_is_hidden_otherwise_is_not(inside: str) -> None:
    told = body(f"<div class=art>{inside.format(shown=SHOWN, rest=REST)}</div>")
    assert all("第" in line for line in told[:3])
    assert not any("下半年" in line or "广告" in line for line in told)
