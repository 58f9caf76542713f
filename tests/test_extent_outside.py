"""What stands above an article, below and beside it or between its paragraphs, and is not of it, is not taken in."""

from __future__ import annotations

import pytest

from scrapers.clean import clean
from tests.articles import ONE, THREE, TWO, cleaned
from tests.extents import TITLE, body, bulletin, paragraphs


@pytest.mark.parametrize(
    "below",
    [
        "<h3>网友评论</h3>"
        + "".join(f"<div><span>网友{n}</span><p>支持第{n}个项目，早日建成。</p></div>" for n in "123"),
        "<div>推荐阅读</div>" + "".join(f"<div><p>昨日，第{n}个项目开工，总投资十亿元。</p></div>" for n in "123"),
        "<div><p>本文为星河网原创作品，未经授权不得转载，违者必究。</p></div>",
        "<div>市场有风险，投资需谨慎。本文不构成投资建议。</div>",
        "<p>如需转载请与《星河日报》联系。<br>未经《星河日报》授权，严禁转载或镜像，违者必究。</p><p>读者热线：4000000000</p>",
        "<p>“特别声明：以上作品内容为平台用户上传并发布，本平台仅提供信息存储空间服务。</p>",
        "<div class=t><h3>推荐阅读</h3>"
        + "".join(
            f"<div class=item><h4><a href={n}>高新区第{n}个项目开工</a></h4><p>昨日，项目开工，投资十亿元。</p></div>"
            for n in range(6)
        )
        + "</div>",
    ],
    ids=["comments", "teasers", "rights", "risk", "reprints", "in quotes", "cards"],
)
@pytest.mark.parametrize("count", [2, 6])
def test_what_stands_below_an_article_under_a_heading_of_its_own_is_none_of_it(below: str, count: int) -> None:
    texts = [ONE, TWO, THREE, ONE[:30] + "。", TWO[:30] + "。", THREE[:30] + "。"][:count]
    assert body(f"<div class=c>{paragraphs(*texts)}</div>{below}") == cleaned(*texts)
    assert body(f"{paragraphs(*texts)}{below}") == cleaned(*texts)


def test_a_byline_in_the_box_of_the_article_is_none_of_it() -> None:
    lines = paragraphs(TITLE, "2021-05-21 来源：星河日报 作者：王小明", ONE, TWO)
    assert body(f"<div class=TRS_Editor>{lines}</div>", above="") == cleaned(ONE, TWO)


HIDDEN = (
    "<div style='display:none'><p>您访问的链接即将离开“星河高新区”门户网站，是否继续？</p>"
    "<p>请确认后，继续访问。</p></div>"
)


def test_what_is_hidden_is_never_the_article() -> None:
    names = paragraphs(*(f"星河第{n}光电有限公司" for n in "一二三四五六七八"))
    assert body(f"<div class=c>{names}</div>{HIDDEN}")[-1] == "星河第八光电有限公司"


@pytest.mark.parametrize(
    "above",
    [
        f"<div class=hd><h1>{TITLE}</h1><p>对企业来说，一张罚单，可能就是一个月的利润。</p></div><p>2021-05-21</p>",
        f"<div class=hd><h1>{TITLE}</h1></div><p>2021-05-21</p>",
    ],
)
def test_a_line_below_the_heading_is_not_the_article(above: str) -> None:
    assert body(f"<div class=b>{paragraphs(ONE, TWO)}</div>", above=above)[-2:] == cleaned(ONE, TWO)


@pytest.mark.parametrize(
    "hint",
    [
        "打开微信，点击底部的“发现”，使用“扫一扫”即可将网页分享至朋友圈。",
        "安装星河客户端，第一时间接收最全面的资讯。",
        "点击上方蓝字，关注我们。",
        "长按识别二维码，关注星河高新区。",
    ],
)
def test_what_a_site_tells_its_readers_to_do_is_none_of_an_article(hint: str) -> None:
    head = f"<div class=hd><h1>{TITLE}</h1><div>2021-05-21</div><p>{hint}</p></div>"
    assert body(f"<div class=b>{paragraphs(ONE, TWO)}</div>", above=head) == cleaned(ONE, TWO)
    assert body(f"<div class=b>{paragraphs(ONE, hint, TWO)}</div>") == cleaned(ONE, TWO)


def test_a_byline_below_a_subtitle_is_none_of_an_article() -> None:
    lines = paragraphs("一张罚单，可能就是一个月的利润。", "2021-05-21 来源：星河日报 作者：王小明", ONE, TWO)
    assert body(f"<article><h1>{TITLE}</h1>{lines}</article>", above="")[1:] == cleaned(ONE, TWO)


NOTICE = "因管道检修，科技大道明日停水，请提前储水。"
FLASHES = "".join(
    f"<li><i>19:{n}</i><div>记者获悉，今年以来第{n}个项目开工，同比增长一成。</div></li>" for n in range(10, 26)
)


@pytest.mark.parametrize(
    "column",
    [f"<ul>{FLASHES}</ul>", f"<div>{paragraphs(ONE, TWO, THREE)}</div>"],
    ids=["flashes", "about us"],
)
def test_a_sentence_in_an_editors_box_stands_against_any_column(column: str) -> None:
    page = f"<div class=TRS_Editor><p>{NOTICE}</p></div></div><div class=side>{column}"
    assert body(page) == cleaned(NOTICE)


def test_flashes_beside_a_short_article_are_none_of_it() -> None:
    assert body(f"<div class=c>{paragraphs(ONE, TWO)}</div></div><div class=side><ul>{FLASHES}</ul>") == cleaned(
        ONE, TWO
    )


def test_a_summary_with_its_label_that_the_article_repeats_is_told_once() -> None:
    summary = f"<div class=s><b>摘要</b><p>{ONE}</p></div>"
    assert body(f"<div class=c>{summary}{paragraphs(ONE, TWO, THREE)}</div>") == cleaned(ONE, TWO, THREE)


@pytest.mark.parametrize(
    "line",
    [
        "本文仅代表作者个人观点，不代表本平台立场。",
        "图片来源于网络，如有侵权，请联系删除。",
        "转载请注明来源，并保留本文链接。",
        "本文不构成投资建议，据此操作，风险自负。",
    ],
)
def test_what_disclaims_an_article_below_it_is_none_of_it(line: str) -> None:
    assert body(f"<div class=c>{paragraphs(ONE, TWO, line)}</div>") == cleaned(ONE, TWO)
    assert body(f"<div class=c>{paragraphs(ONE, TWO)}</div><div class=d>{line}</div>") == cleaned(ONE, TWO)


def test_an_article_ends_where_it_says_so() -> None:
    lines = paragraphs(ONE, TWO, "— END —", "来源 | 产业圈", "图片 | 视觉中国", "点击“阅读原文”，查看更多。")
    assert body(f"<div class=c>{lines}</div>") == cleaned(ONE, TWO)


@pytest.mark.parametrize(
    "below",
    [
        "<div class=a><p>长按识别二维码关注我们</p></div>",
        "<div class=a><p>星河首页 - 新闻 - 体育</p></div>",
        "<section><section><p>友情合作与广告投放</p></section></section>",
    ],
)
def test_a_line_in_a_box_of_its_own_beside_paragraphs_is_none_of_them(below: str) -> None:
    assert body(f"<div class=con>{paragraphs(ONE, TWO, THREE)}{below}</div>") == cleaned(ONE, TWO, THREE)
    assert body(f"<div class=con>{below}{paragraphs(ONE, TWO, THREE)}</div>") == cleaned(ONE, TWO, THREE)


RELATED = "".join(f"<p><a href=/{n}.html>高新区第{n}个项目开工建设</a></p>" for n in range(5))


@pytest.mark.parametrize("last", ["（编辑：文静）", "图为会议现场", "END", "浏览次数：12"])
def test_links_at_the_end_of_an_editors_box_are_none_of_the_article(last: str) -> None:
    assert body(f"<div class=TRS_Editor>{paragraphs(ONE)}{RELATED}{paragraphs(last)}</div>") == cleaned(ONE)


def test_a_vote_at_the_end_of_an_editors_box_is_none_of_the_article() -> None:
    vote = "<div><h4>您看完此新闻的心情</h4><ul><li>感动 0</li><li>高兴 1</li></ul></div>"
    assert body(f"<div class=TRS_Editor>{paragraphs(ONE, TWO)}{vote}</div>") == cleaned(ONE, TWO)


@pytest.mark.parametrize(
    "line",
    [
        "点赞 12　收藏 3",
        "顶一下(0) 0% 踩一下(0) 0%",
        "[点击数：12] [收藏] [打印] [返回]",
        "首页 上一页 1 2 下一页 尾页",
        "已经是第一篇",
        "展开全文",
        "我要纠错",
        "<< 前一条 我市召开会议",
        "大家都在看",
        "手机扫码看新闻",
    ],
)
def test_what_a_page_is_worked_with_is_none_of_an_article(line: str) -> None:
    for box in ("<div class=c>", "<div class=TRS_Editor>"):
        assert body(f"{box}{paragraphs(ONE, TWO)}<div>{line}</div></div>") == cleaned(ONE, TWO)


def test_a_day_and_an_origin_above_an_article_announce_nothing() -> None:
    rows = paragraphs("时间：2021-05-21", "来源：星河网", ONE, TWO, start="<tr><td>", end="</td></tr>")
    assert body(f"<table>{rows}</table>") == cleaned(ONE, TWO)


@pytest.mark.parametrize(
    "line",
    [
        "<div class=g>請繼續往下閱讀...</div>",
        "<p class=a>不用抽 不用搶 現在用APP看新聞 <a>點我下載APP</a></p>",
        "<section><strong>跳过热读并继续阅读</strong></section>",
        "<div class=v><h2>更多报道：星河马拉松鸣枪</h2><time>02:44</time></div>",
        "<div class=u><p class=t>音频：高新区部署产业项目</p><span>00:00</span>/<span>02:13</span></div>",
    ],
)
def test_what_a_site_prints_between_the_paragraphs_is_none_of_them(line: str) -> None:
    assert body(f"<div class=c>{paragraphs(ONE, TWO)}{line}{paragraphs(THREE)}</div>") == cleaned(ONE, TWO, THREE)
    assert body(f"<div class=c>{paragraphs(ONE, TWO, THREE)}{line}</div>") == cleaned(ONE, TWO, THREE)


@pytest.mark.parametrize(
    "line",
    [
        "广告声明：文内含有的对外跳转链接用于传递更多信息，所有文章均包含本声明。",
        "温馨提示：以上内容仅供参考，不能代替医生诊断。",
        "© 2021年星河之声版权声明：本文所有内容受到著作权法保护。",
        "支持中央社，守護新聞自由",
    ],
)
def test_what_a_site_states_below_an_article_is_none_of_it(line: str) -> None:
    assert body(f"<div class=c>{paragraphs(ONE, TWO, line)}</div>") == cleaned(ONE, TWO)


def test_a_summary_that_begins_with_the_title_of_a_flash_is_told_once() -> None:
    summary = f"<div class=abstract><div>摘要</div><div>【产业项目开工四十二个】{TWO[:32]}。</div></div>"
    assert body(f"<div class=c>{summary}{paragraphs(TWO[:32] + '。', THREE)}</div>") == cleaned(TWO[:32] + "。", THREE)


def post(number: int, text: str) -> str:
    told = f"<div class=authi><a>网友{number}</a></div></td><td><em>发表于 2021-5-21 1{number}:00</em>"
    return f"<table><tr><td>{told}<table><tr><td id=postmessage_{number}>{text}</td></tr></table></td></tr></table>"


def test_the_first_post_of_a_thread_is_the_article() -> None:
    first = "<i>本帖最后由 网友1 于 2021-5-21 11:03 编辑</i><br>楼上漏水怎么办<br>在线等"
    posts = post(1, first) + "".join(post(n, f"{ONE}{TWO}") for n in range(2, 6))
    found = bulletin(f"<div>{posts}</div>", above=f"<h1>{TITLE}</h1>")
    assert (found.body, found.author, found.published_at) == (
        "楼上漏水怎么办\n在线等",
        "网友1",
        "2021-05-21T11:00+08:00",
    )
    told = "".join(
        f"<div class=item><div class='bbs-content clearfix'>{text}</div></div>" for text in (ONE, TWO, THREE)
    )
    assert bulletin(f"<div>{told}</div>").body == clean(ONE)


def test_the_line_that_names_the_writer_below_a_picture_is_none_of_the_article() -> None:
    above = (
        "<figure><p>灯塔建于1920年</p></figure><ul><li>作者，伊莎贝尔（Isabel Smith）</li><li>Role, 星河未来</li></ul>"
    )
    found = bulletin(f"<div class=c>{above}{paragraphs(ONE, TWO, THREE)}</div>")
    assert found.author == "伊莎贝尔(Isabel Smith)"
    assert found.body.split("\n")[-3:] == cleaned(ONE, TWO, THREE)
    assert "伊莎贝尔" not in found.body
    assert "Role" not in found.body


def test_what_readers_made_is_none_of_a_recipe() -> None:
    works = "".join(f"<div class=z><b>网友{n}</b><p>照着做了第{n}遍，很好吃，谢谢分享。</p></div>" for n in "123456")
    below = f"<div class=zp><h3>大家做的 46 份作品</h3>{works}</div>"
    assert body(f"<div class=c>{paragraphs(ONE, TWO, THREE)}</div>{below}") == cleaned(ONE, TWO, THREE)
