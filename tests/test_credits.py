"""Origin, author and editor of a page that no recipe knows: told by the page, or empty; never those of something beside it."""

from __future__ import annotations

import pytest

from tests.articles import DAY, TEXT, TITLE, bulletin


def test_an_office_whose_name_begins_like_that_of_the_site_is_not_the_site() -> None:
    line = "<div>2021-05-21 10:00 {} 409</div>"
    assert bulletin(f"<h1>{TITLE}</h1>{line.format('星河区妇联')}{TEXT}", f"{TITLE}-星河区").origin is None
    assert bulletin(f"<h1>{TITLE}</h1>{line.format('星河区')}{TEXT}", f"{TITLE}-星河区").origin == "星河区"


def script(told: str) -> str:
    return f"<h1>{TITLE}</h1>{TEXT}<script>{told}</script>"


def test_an_origin_that_the_page_does_not_show_is_told_by_its_scripts() -> None:
    told = script('{id:7,publishtime:"2021-05-21 17:26:03",source:"掌上星河"}')
    assert bulletin(told).origin == "掌上星河"
    assert bulletin(told.replace("</h1>", "</h1><div>来源：星河网</div>")).origin == "星河网"
    assert bulletin(told.replace("</h1>", "</h1><div>2021-05-20</div>")).origin is None
    assert bulletin(told.replace("掌上星河", "pc")).origin is None


@pytest.mark.parametrize(
    ("above", "whole", "told"),
    [
        ("<div>第01版：要闻</div><div>2021年05月21日 星期五</div>", "星河日报", "星河日报"),
        ("<div>2021年05月21日 星期五</div>", f"星河晚报数字报-{TITLE}", "星河晚报"),
        ("<div>《星河日报》（2021年05月21日 第 20 版）</div>", TITLE, "星河日报"),
        ("<div>2021年05月21日 星期五</div>", "星河日报多媒体数字报", "星河日报"),
        ("<div>2021年05月21日</div>", f"{TITLE}-星河经济导报数字报刊平台", "星河经济导报"),
        ("<div>第4版：社会 2021年05月21日</div>", "星河日报-2021年05月21日-第4版", "星河日报"),
        ("<div>2021年05月21日 星期五</div>", f"{TITLE}-星河晚报", None),
    ],
)
def test_what_a_newspaper_printed_is_from_it(above: str, whole: str, told: str | None) -> None:
    assert bulletin(f"{above}<h2>{TITLE}</h2>{TEXT}", whole).origin == told


def test_a_medium_that_is_a_link_right_below_the_day_is_the_origin() -> None:
    line = f"<p class=time>{DAY} 07:18</p><p><a href=/>星河观察网</a></p>"
    assert bulletin(f"<h1>{TITLE}</h1>{line}{TEXT}").origin == "星河观察网"
    assert bulletin(f"<h1>{TITLE}</h1>{line.replace('星河观察网', '返回官网')}{TEXT}").origin is None


def test_a_medium_in_an_element_named_for_it_is_believed_before_the_site() -> None:
    head = "<meta name=source content=星河新聞網>"
    line = f"<div><time>{DAY}</time><div class=source>星河時報</div></div>"
    assert bulletin(f"<h1>{TITLE}</h1>{line}{TEXT}", head=head).origin == "星河時報"
    assert bulletin(f"<h1>{TITLE}</h1><div>{DAY}</div>{TEXT}", head=head).origin == "星河新聞網"


def test_the_origin_of_a_picture_is_not_that_of_the_text() -> None:
    assert bulletin(f"<h1>{TITLE}</h1><div>{DAY}</div>{TEXT}<p>（首圖來源：Pixabay）</p>").origin is None


def test_reporters_and_correspondents_on_two_lines_are_all_authors() -> None:
    above = "<p>文/星河日报记者 王小明</p><p>通讯员 李大海</p>"
    assert bulletin(f"<h1>{TITLE}</h1><div>{DAY}</div><div>{TEXT}{above}</div>").author == "王小明 李大海"
    assert bulletin(f"<h1>{TITLE}</h1>{above}<div>{DAY}</div>{TEXT}").author == "王小明 李大海"


def test_an_author_in_latin_letters_is_read_where_the_element_holds_nothing_else() -> None:
    line = '<div class="byline" itemprop="author"><address>{}</address></div>'
    assert bulletin(f"<h1>{TITLE}</h1>{line.format('ANNA HALL')}<time>{DAY}</time>{TEXT}").author == "ANNA HALL"
    assert bulletin(f"<h1>{TITLE}</h1>{line.format('Read more')}<time>{DAY}</time>{TEXT}").author is None


def test_an_icon_parts_two_fields() -> None:
    line = f"{DAY} 来源: <a>星河日报</a><img src=v.png alt=官方账号>湖南 <a>举报</a>"
    assert bulletin(f"<h1>{TITLE}</h1><div>{line}</div>{TEXT}").origin == "星河日报"


def test_fields_in_the_header_of_an_article_are_told() -> None:
    page = f"<article><header><h1>{TITLE}</h1><p>{DAY} 来源：星河日报 作者：王小明</p></header>{TEXT}</article>"
    found = bulletin(page)
    assert (found.published_at, found.origin, found.author) == (DAY, "星河日报", "王小明")


@pytest.mark.parametrize(
    ("line", "origin", "author"),
    [
        (f"星河日报 {DAY}", "星河日报", None),
        (f"{DAY} 听新闻", None, None),
        (f"园区新闻 {DAY}", None, None),
        (f"金融圈 • {DAY}", None, None),
        (f"{DAY} 来源：星河网 党建", "星河网", None),
        (f"来源：青年记者 {DAY}", "青年记者", None),
        (f"浏览：12 {DAY}", None, None),
        (f"{DAY} | 星河日报", "星河日报", None),
        (f"<span>{DAY}</span><span>文 / 王小明</span>", None, "王小明"),
        (f"<span>来源：科技局</span><span>时间：{DAY}</span>", "科技局", None),
        (f"<span>星河日报</span><span>{DAY}</span>", "星河日报", None),
        (f"<p>星河日报</p><p>{DAY}</p>", "星河日报", None),
        (f"来源：星河网 选择字号：大 中 小 {DAY}", "星河网", None),
        (f"采写：王小明 {DAY}", None, "王小明"),
        (f"王小明 • {DAY}", None, "王小明"),
        (f"{DAY} 来源：星河日报 王小明", "星河日报", "王小明"),
        (f"星河新闻客户端 {DAY}", "星河新闻客户端", None),
        (f"<span>{DAY}</span><br>来自<a href=/x>星河网</a>", "星河网", None),
        (f"{DAY} 来自北京", None, None),
        (f"{DAY} 星河報／ 記者王小明／台北即時報導", "星河報", "王小明"),
        (f"{DAY} <span>来源于 <a href=/>星河网</a></span><a>听报道</a>", "星河网", None),
        (f"{DAY} <span>稿源：<a href=/>星河科技</a></span><span>2541 次阅读</span>", "星河科技", None),
        (f"{DAY} 来源:<a href=/>城东种菜老周</a> <a href=/1>番茄</a> <a href=/2>阳台</a>", "城东种菜老周", None),
        (f"{DAY} <h4>【<a>关键字</a>】</h4><a>司机</a>", None, None),
    ],
)
def test_what_stands_beside_a_date_is_told_apart(line: str, origin: str | None, author: str | None) -> None:
    found = bulletin(f"<h1>{TITLE}</h1><div>{line}</div>{TEXT}")
    assert (found.published_at, found.origin, found.author) == (DAY, origin, author)


@pytest.mark.parametrize(
    ("inside", "author"),
    [
        (f"<div><a class=author href=/u/1>王小明</a></div><div>{DAY}</div>", "王小明"),
        (f"<div><a rel=author href=/u/1>王小明</a> <span>{DAY}</span></div>", "王小明"),
        (f"<div><span class='article-author'>作者：王小明</span> {DAY}</div>", "王小明"),
        (f"<div><span class=author>星河日报</span> {DAY}</div>", None),
        (f"<div><a href=/u/1>王小明</a> • <span>{DAY}</span></div>", "王小明"),
        (f"<div><a href=/u/1>金融圈</a> <span>{DAY}</span></div>", None),
        (f"<div><a class=authority href=/u/1>王小明局长</a></div><div>{DAY}</div>", None),
        (f"<div><a class=note-author href=/u/1>海獭不上岸</a></div><div>{DAY}</div>", "海獭不上岸"),
        (f"<div class=article__author><a href=/u/1><b>慢牛巷口</b></a><i>{DAY}</i></div>", "慢牛巷口"),
        (f"<div><span class=note-author>海獭不上岸</span></div><div>{DAY}</div>", None),
        (f"<div><img class=author alt=王小明></div><div>{DAY}</div>", None),
        (f"<div><a class=follow-nickName href=/u/1>码农小王</a></div><div>{DAY}</div>", "码农小王"),
        (f"<div><span class='UserLink AuthorInfo-name'>木作小韩</span></div><div>{DAY}</div>", "木作小韩"),
        (f"<div><a rel=author href=/u/1>星河发布</a></div><div>{DAY}</div>", None),
        (f"<div><p class=author-name>小明聊车</p></div><div>{DAY} 来源：小明聊车</div>", None),
        (f"<div>{DAY}</div><p>程 诺</p>", "程 诺"),
        (f"<div>来源：《星河文学》 | 程 诺 {DAY}</div>", "程 诺"),
        (f"<div>{DAY} <span id=articleAuthor>仲夏</span></div>", "仲夏"),
        (f"<div>{DAY} <span class=auth>宫羽</span></div>", "宫羽"),
        (f"<div class=post-author><a href=/u/1>王小明</a><i>认证作者</i></div><div>{DAY}</div>", "王小明"),
        (f"<div><a class=author-info__username>闾丘小满</a></div><div>{DAY}</div>", "闾丘小满"),
        (f"<p>您是第</p><p>位访客</p><div>{DAY}</div>", None),
        (f"<div>作者：校长 王小明 {DAY}</div>", "王小明"),
        (f"<div>作者：星河大学党委书记 王小明 {DAY}</div>", "王小明"),
        (f"<div>作者：王小明 主任 李大海 {DAY}</div>", "王小明 主任 李大海"),
    ],
)
def test_an_author_is_one_who_is_marked_so(inside: str, author: str | None) -> None:
    assert bulletin(f"<h1>{TITLE}</h1>{inside}{TEXT}").author == author


def test_a_title_and_a_byline_at_the_top_of_the_article_are_told() -> None:
    page = f"<td><p>{TITLE}</p><p>发布时间：{DAY}　来源：星河网</p>{TEXT}</td>"
    found = bulletin(f"<table><tr>{page}</tr></table>", "星河广播网")
    assert (found.title, found.published_at, found.origin) == (TITLE, DAY, "星河网")
    assert found.body.startswith("星河高新区管委会")


def test_a_person_of_linked_data_is_the_author_where_the_page_shows_it() -> None:
    head = '<script type="application/ld+json">{"author":{"@type":"Person","name":"盐味的河"}}</script>'
    assert bulletin(f"<h1>{TITLE}</h1><div>盐味的河 评论 {DAY}</div>{TEXT}", head=head).author == "盐味的河"
    assert bulletin(f"<h1>{TITLE}</h1><div>{DAY}</div>{TEXT}", head=head).author is None


def test_who_holds_a_speech_wrote_it() -> None:
    text = TEXT.replace("<p>", "<p>中共星河市委书记　王小明</p><p>（2021年5月20日）</p><p>", 1)
    assert (
        bulletin(f"<h1>在全市科技大会上的讲话</h1><div>{DAY}</div>{text}", "在全市科技大会上的讲话").author == "王小明"
    )
    assert bulletin(f"<h1>{TITLE}</h1><div>{DAY}</div>{text}").author is None


def test_a_title_that_is_a_name_is_no_author() -> None:
    assert bulletin(f"<h3>王牧之</h3>{TEXT}", "王牧之_星河网").author is None


@pytest.mark.parametrize(
    "inside",
    [
        "<div>来源：星河日报 作者：王小明 责任编辑：李大海</div>",
        "<div>来　　源：星河日报　　作　　者：王小明　　责任编辑：李大海</div>",
        "<div><span>来源 星河日报</span> <span>作者 王小明</span> <span>编辑 李大海</span></div>",
        "<div><span>来源：</span><span>星河日报</span><span>作者：</span><span>王小明</span><span>编辑：</span><span>李大海</span></div>",
        "<table><tr><td>来源：</td><td>星河日报</td><td>作者：</td><td>王小明</td><td>编辑：</td><td>李大海</td></tr></table>",
        "<dl><dt>来源</dt><dd>星河日报</dd><dt>作者</dt><dd>王小明</dd><dt>编辑</dt><dd>李大海</dd></dl>",
        "<ul><li>来源：<b>星河日报</b></li><li>作者：<b>王小明</b></li><li>编辑：<b>李大海</b></li></ul>",
        "<div>來源：星河日报　記者：王小明　責任編輯：李大海</div>",
    ],
    ids=["line", "spaced", "bare", "spans", "cells", "terms", "list", "Traditional"],
)
def test_credits_are_read_however_they_are_set(inside: str) -> None:
    found = bulletin(f"<h1>{TITLE}</h1><div>{DAY}</div>{inside}{TEXT}")
    assert (found.origin, found.author, found.editor) == ("星河日报", "王小明", "李大海")


@pytest.mark.parametrize(
    "page",
    [
        f"<h1>{TITLE}</h1><div>{DAY}</div><div>方案</div>{TEXT}",
        f"<h1>{TITLE}</h1><div>{DAY}</div><p>金水区</p><p>安徽</p>{TEXT}",
        f"<h1>{TITLE}</h1><div>{DAY} 文章来源：本站 作者：佚名</div>{TEXT}",
        f"<h1>{TITLE}</h1><div>来源：</div><div>作者：</div><div>编辑：</div><div>{DAY}</div><div>微信</div>{TEXT}",
        f"<h1>{TITLE}</h1><div>{DAY}</div>{TEXT}<p>（全文）</p>",
        f"<h1>{TITLE}</h1><div>{DAY}</div>{TEXT}<div>凡注明来源：星河网的作品，均为本网版权所有</div>",
        f"<h1>{TITLE}</h1><div>{DAY}</div><p>记者：请您介绍一下高新区的情况</p>{TEXT}",
        f"<h1>{TITLE}</h1><div>{DAY}</div>{TEXT.replace('<p>', '<p>名单如下：</p><p>王小明 李大海 赵天一</p><p>', 1)}",
    ],
    ids=["column", "places", "nobody", "empty", "whole text", "rights", "interview", "winners"],
)
def test_credits_that_a_page_does_not_tell_stay_empty(page: str) -> None:
    found = bulletin(page)
    assert (found.origin, found.author, found.editor) == (None, None, None)


def test_reporters_in_brackets_and_those_who_checked_are_found_at_the_ends() -> None:
    text = TEXT.replace("<p>", "<p>本报讯（记者王小明 通讯员李大海）", 1).replace("</div>", "<p>审核：赵天一</p></div>")
    found = bulletin(f"<h1>{TITLE}</h1><div>{DAY} 星河日报</div>{text}")
    assert (found.origin, found.author, found.editor) == ("星河日报", "王小明 李大海", "赵天一")


@pytest.mark.parametrize("link", ["下载客户端", "打开客户端", "工业互联网", "返回官网"])
def test_a_link_beside_the_day_that_is_no_medium_is_no_origin(link: str) -> None:
    assert bulletin(f"<h1>{TITLE}</h1><p>2021-05-21 07:18</p><p><a href=/>{link}</a></p>{TEXT}").origin is None


def test_an_edition_in_a_heading_makes_no_newspaper() -> None:
    title = "星河产业目录 第2版 征求意见"
    assert bulletin(f"<h1>{title}</h1><div>{DAY}</div>{TEXT}", f"{title}_项目申报_星河").origin is None


def test_the_name_in_an_element_for_origins_is_the_origin() -> None:
    told = "<a class=index_sourceBox_iqX><span class=index_sourceName_X7>国史漫谈</span></a>"
    assert bulletin(f"<h1>{TITLE}</h1>{told}<div>{DAY}</div>{TEXT}").origin == "国史漫谈"
    labelled = f"<span class=source-name>阅读原文</span><span>来源：星河网</span><div>{DAY}</div>"
    assert bulletin(f"<h1>{TITLE}</h1>{labelled}{TEXT}").origin == "星河网"


@pytest.mark.parametrize(("stated", "origin"), [("本网", None), ("转载", None), ("星河日报", "星河日报")])
def test_an_origin_in_a_meta_tag_that_names_nobody_is_none(stated: str, origin: str | None) -> None:
    head = f"<meta name=ContentSource content={stated}>"
    assert bulletin(f"<h1>{TITLE}</h1><div>{DAY}</div>{TEXT}", head=head).origin == origin


def test_the_author_that_an_e_paper_s_system_states_is_believed() -> None:
    stated = "<!--enpproperty <author>本报记者 钱学礼</author><title></title>/enpproperty-->"
    assert bulletin(f"<h1>{TITLE}</h1><div>{DAY}</div>{stated}{TEXT}").author == "钱学礼"
    assert bulletin(f"<h1>{TITLE}</h1><div>{DAY} 作者：王小明</div>{stated}{TEXT}").author == "王小明"


def test_the_account_of_a_wechat_page_is_not_its_author() -> None:
    head = "<meta name=author content=水小宝>"
    shown = '<a class="rich_media_meta" id="js_name">云浦供水</a><b class=author-name>云浦供水</b>'
    text = TEXT.replace("class=c", 'id="js_content"')
    found = bulletin(f"<h1 id='activity-name'>{TITLE}</h1>{shown}{text}", head=head)
    assert (found.origin, found.author) == ("云浦供水", "水小宝")


def test_reporters_of_several_kinds_at_the_end_are_authors() -> None:
    told = TEXT.replace("</div>", "<p>（王小明 本报实习生 李大海）</p></div>")
    assert bulletin(f"<h1>{TITLE}</h1><div>{DAY}</div>{told}").author == "王小明 李大海"


def test_correspondents_beside_a_reporter_are_authors_too() -> None:
    told = TEXT.replace("<p>", "<p>星河网讯（全媒体记者王小明 通讯员李大海）", 1).replace(
        "</div>", "<p>文/星河全媒体记者王小明</p></div>"
    )
    assert bulletin(f"<h1>{TITLE}</h1><div>{DAY}</div>{told}").author == "王小明 李大海"


@pytest.mark.parametrize("is_inside", [True, False])
def test_the_footer_of_an_entry_tells_author_and_time(is_inside: bool) -> None:
    author = '<span class="author vcard"><span class=screen-reader-text>作者 </span><a class="url fn n" href=/u>老莫</a></span>'
    time = f'<time class="entry-date published" datetime="{DAY}T22:08:11+08:00">五月 21, 2021</time>'
    footer = f'<footer class="entry-footer">{author}<span class=posted-on>{time}</span></footer>'
    entry = f"<h1>{TITLE}</h1>{TEXT}"
    page = f"<article>{entry}{footer}</article>" if is_inside else f"<article>{entry}</article>{footer}"
    found = bulletin(page + "<div class=comment><b class=fn>小明</b><time datetime=2022-01-02>1月2日</time></div>")
    assert (found.author, found.published_at) == ("老莫", f"{DAY}T22:08:11+08:00")
    assert "老莫" not in found.body


def test_a_post_may_be_signed_far_below_it() -> None:
    between = "".join(
        f"<div>{line}</div>"
        for line in ("好文要顶", "关注 - 12", "粉丝 - 35", "4", "0", "评价", "字数", "专栏", "置顶")
    )
    posted = (
        "<div>posted @ <span>2013-06-04 21:07</span> <a href=/u>沙漠里的鱼</a> 阅读(<i>15</i>) 评论(<i>3</i>)</div>"
    )
    found = bulletin(f"<h1>{TITLE}</h1>{TEXT}{between}{posted}")
    assert (found.published_at, found.author) == ("2013-06-04T21:07+08:00", "沙漠里的鱼")
