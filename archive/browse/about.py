"""Datasette's metadata for an archive: titles, descriptions for researchers, facets, search, what to hide.

The description of a column begins with its Chinese name and a full-width colon, from which `LABELS` are made.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from datasette.utils import tilde_encode  # type: ignore[import-untyped, unused-ignore]

from archive.withhold import IS_WITHHELD

TITLE = "高新档案 Gaoxin"
DESCRIPTION = "全国高新区站点所发稿件的版本档案：每次修订、撤下与转载都留有记录，可检索、可引用。"
ENGLISH = "A versioned archive of the bulletins of China's high-tech zones."

_SOURCE = "站点：发布者的代号，见 sources 表"
_DOCUMENT = "文献编号：只在本档案内有效；跨机器引用请用文献键 key"
_KEY = "文献键：站点与首个网址的 SHA-256 前 12 位，在任何机器上都相同"
_CAPTURED = "采集时间：网页送达的时刻（UTC）"
_RUN = "运行编号：见 runs 表；运行之外所写则为空"
_RAW = "原始网页：网页字节的 SHA-256，字节另存于 .pages.db"
_TEXT = {
    "title": "标题：发布者所用的题名",
    "published_at": "发布时间：发布者所标的时间，精确到网页所示为止",
    "origin": "来源：网页上“来源”一栏所写",
    "author": "作者：网页所署",
    "editor": "编辑：网页所署的责任编辑",
    "body": "正文：清洗后的全文，一行一段；伪装文本已还原",
}
_CONTENT = {
    **_TEXT,
    "body_published": "原样正文：网页上本来的文字；仅正文经过还原时有",
    "page_text": "整页文字：网页主体的全部文字，含正文以外的部分；不参与判断修订",
    "images": "图片：网址，JSON 数组",
    "attachments": "附件：网址，JSON 数组",
    "extra": "其他：网页上另外读到的内容，如图片说明（JSON）",
}
_VERSION = {
    "id": "编号：入档次序，全档案连续",
    "document_id": _DOCUMENT,
    "version": "版本号：该文献内的入档次序",
    "change": "变化：new 首次收录，edited 修订，recleaned 重新清洗，earlier 较早版本，moved 迁址，gone 撤下，back 恢复",
    "captured_at": _CAPTURED,
    "observed_at": "入档时间：本档案写下这一版本的时刻（UTC）",
    "run_id": _RUN,
    "content_sha256": "内容散列：标题、正文等的 SHA-256；撤下则为空",
    "layout": "版式：读取网页所用的版式；generic 为通用规则",
    "cleaner": "清洗版本：所用清洗规则的版本",
    "prev_hash": "上一散列：全档案中上一版本的散列值",
    "hash": "版本散列：引用时请用",
}

TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "bulletins": (
        "文献：一篇一行，列出最近一次见到的文字。网页已撤下的，保留最后的文字。",
        {
            "document_id": _DOCUMENT,
            "key": _KEY,
            "url": "网址：最近一次采集所用",
            "source": _SOURCE,
            **_TEXT,
            "status": "状态：live 在线，gone 已撤下",
            "versions": "版本数：包括撤下、恢复和重新清洗",
            "canonical_id": "代表文本：同组副本中最完整的一篇；没有副本则为空",
            "copies": "副本数：同组的其他文献有多少篇",
            "captured_at": _CAPTURED,
            "year": "年份：发布时间的年份",
        },
    ),
    "versions": (
        "版本：一篇文献的每个状态一行，只增不改。散列值首尾相接：改动一版而不重写其后全部散列，核验时即被发现。",
        {
            **_VERSION,
            "page_text_sha256": "整页散列：整页文字的 SHA-256",
            "extra_sha256": "附属散列：不参与判断修订的各栏的 SHA-256",
        },
    ),
    "version_details": (
        "版本全文：各版本连同当时的标题与正文。",
        {**_VERSION, "key": _KEY, "url": "网址：最近一次采集所用", "source": _SOURCE, **_CONTENT},
    ),
    "documents": (
        "文献的身份：一篇文献可以先后有几个网址。",
        {"id": _DOCUMENT, "key": _KEY, "source": _SOURCE, "first_seen_at": "首次见到：首次采集的时刻（UTC）"},
    ),
    "links": (
        "副本关系：哪两篇文献内容相同或相近，依据是什么。",
        {
            "document_id": _DOCUMENT,
            "other_id": "对方：另一篇文献的编号",
            "version_id": "版本：作比较的版本，见 versions 表",
            "other_version_id": "对方版本：作比较的版本，见 versions 表",
            "kind": "关系：exact 完全相同，near 近似，part_of 部分收录，related 相关",
            "score": "重合度：较短一篇见于另一篇的比例",
            "rule": "依据：作出判断的规则，从 document_id 一方说起",
            "run_id": _RUN,
            "retired_run_id": "作废：后来的文字使这一关系不再成立；空为有效",
        },
    ),
    "urls": (
        "网址：文献用过的全部网址。",
        {
            "url": "网址：原文地址",
            "document_id": _DOCUMENT,
            "why": "缘由：first 首次，redirect 跳转，moved 迁址，page 分页",
        },
    ),
    "sources": (
        "站点：所采集的发布者。",
        {
            "name": "代号：其他表以此相连",
            "title": "名称：站点的中文名",
            "home": "首页：站点首页",
            "family": "建站系统：同一系统的站点共用读取规则",
            "zone": "高新区：所属高新区",
            "since": "起始：回溯采集到哪一天为止",
            "rights": "权限：full 全文，excerpt 摘录，metadata 仅题录",
            "verified": "核对：何时由人核对过；never 为尚未",
        },
    ),
    "runs": (
        "运行记录：每次采集的起止与结果。",
        {
            "id": "运行编号：其他表以此相连",
            "flow": "流程：fetch 日常采集，backfill 回溯，recheck 复查，ingest 导入等",
            "trigger": "起因：command 命令行，schedule 定时，deployment 在 Prefect 中由人启动",
            "flow_run_id": "Prefect 编号：该次运行在 Prefect 中的编号",
            "source": _SOURCE,
            "params": "参数：运行的参数（JSON）",
            "code_version": "程序版本：所用的 Gaoxin 版本",
            "started_at": "开始：UTC",
            "finished_at": "结束：UTC；空为未结束",
            "state": "结果：running 进行中，completed 完成，partial 部分完成，failed 失败，crashed 中断",
            "listed": "列出：列表页上见到的条目数",
            "fetched": "取得：取得的网页数",
            "new": "新增：首次收录的篇数",
            "edited": "修订：有修订的篇数",
            "unchanged": "未变：没有变化的篇数",
            "gone": "撤下：已撤下的篇数",
            "failed": "失败：没有取得或读不出的篇数",
            "warnings": "警告：所读内容中可疑之处，一行一句；空为没有",
            "cleaned": "清洗：各条清洗规则生效的次数（JSON）；空为没有",
        },
    ),
    "observations": (
        "访问记录：每次访问一个网址的结果，成功与否都在内。",
        {
            "id": "访问编号：按访问次序",
            "run_id": _RUN,
            "url": "网址：所访问的地址",
            "document_id": _DOCUMENT,
            "fetched_at": "访问时间：UTC",
            "via": "方式：live 在线，replay 重放，warc 导入，file 文件",
            "status": "状态码：HTTP 状态码",
            "outcome": "结果：ok 为取得网页，unchanged 为未变，gone 为已撤下，其余为未取得的原因",
            "final_url": "终址：跳转之后的地址；没有跳转则为空",
            "headers": "响应头：JSON",
            "raw_sha256": _RAW,
            "error": "错误：未取得的说明",
        },
    ),
    "slices": (
        "回溯进度：每个栏目的每个区段是否已采集。",
        {
            "source": _SOURCE,
            "section": "栏目：站点的栏目",
            "slice": "区段：列表的一页，或电子报的一天",
            "state": "状态：done 完成，failed 失败",
            "run_id": _RUN,
            "updated_at": "更新：UTC",
            "error": "错误：失败的说明",
        },
    ),
    "releases": (
        "发布版：可引用、可核验的档案状态。",
        {
            "tag": "名称：发布版的名称",
            "created_at": "时间：发布的时刻（UTC）",
            "last_version_id": "截止：包含到哪一版本，见 versions 表",
            "versions": "版本数：包含多少版本",
            "head_hash": "末尾散列：最后一个版本的散列值",
            "merkle_root": "默克尔根：全部版本散列的根，核验用",
        },
    ),
    "contents": (
        "内容：各版本的文字，完全相同的只存一份。",
        {
            "sha256": "内容散列：标题、正文等的 SHA-256",
            **_CONTENT,
            "page_text_sha256": "page_text 的 SHA-256",
            "extra_sha256": "body_published 与 extra 的 SHA-256",
        },
    ),
    "version_pages": (
        "版本所据的网页：一个版本读自哪几页。",
        {
            "version_id": "版本：见 versions 表",
            "n": "次序：第几页",
            "observation_id": "访问：见 observations 表",
            "raw_sha256": _RAW,
        },
    ),
    "withheld": (
        "不予显示的文献：依请求隐藏或删除，以及理由。",
        {
            "document_id": _DOCUMENT,
            "level": "程度：hidden 隐藏，erased 删除",
            "reason": "理由：为何不予显示",
            "reference": "依据：请求的编号等",
            "at": "时间：UTC",
        },
    ),
    "elsewhere": (
        "别处的副本：备份和发布版写到了哪里。",
        {"path": "位置：文件夹", "written_at": "时间：UTC", "last_version_id": "截止：包含到哪一版本，见 versions 表"},
    ),
    "fingerprints": ("指纹：查找副本所用的索引。", {"key": "指纹：文字片段的散列", "document_id": _DOCUMENT}),
}
"""The descriptions of each table and each of its columns, for readers."""

HIDDEN = ("contents", "version_pages", "fingerprints", "withheld", "elsewhere", "_sqlite_migrations", "bulletins_fts")
CLOSED = ("contents", "fingerprints", "elsewhere", "bulletins_fts_data", "bulletins_fts_idx", "bulletins_fts_docsize")
"""Tables that are not served: they hold withheld content, or describe this machine. Texts are in `version_details`."""

_WITHHELD = "(SELECT document_id FROM withheld)"
SHOWN = {
    "documents": f"id NOT IN {_WITHHELD}",
    "urls": f"document_id NOT IN {_WITHHELD}",
    "observations": f"NOT {IS_WITHHELD}",
    "links": f"document_id NOT IN {_WITHHELD} AND other_id NOT IN {_WITHHELD}",
    "version_details": f"document_id NOT IN {_WITHHELD}",
}
"""Which rows of a table are listed; `bulletins` holds no withheld ones."""

LABELS = {name: text.partition("：")[0] for name, text in TABLES["bulletins"][1].items()}

LOOKUPS = {
    "exact": "等于",
    "not": "不等于",
    "contains": "包含",
    "endswith": "结尾是",
    "startswith": "开头是",
    "gt": "大于",
    "gte": "不小于",
    "lt": "小于",
    "lte": "不大于",
    "like": "形如（like）",
    "notlike": "不形如（like）",
    "glob": "形如（glob）",
    "in": "属于",
    "notin": "不属于",
    "arraycontains": "数组包含",
    "arraynotcontains": "数组不含",
    "date": "日期是",
    "isnull": "没有值",
    "notnull": "有值",
    "isblank": "为空",
    "notblank": "不为空",
}
"""Datasette's filters, in Chinese."""


@cache  # it is called fifty times a page
def metadata(database: str) -> dict[str, Any]:
    """Datasette's metadata for an archive, which it knows as `database`. The result is cached, so do not change it."""
    tables: dict[str, dict[str, Any]] = {
        name: {"description": description, "columns": dict(columns)} for name, (description, columns) in TABLES.items()
    }
    for name in HIDDEN:
        tables.setdefault(name, {})["hidden"] = True
    for name in CLOSED:
        tables.setdefault(name, {})["allow"] = False
    tables["bulletins"] |= {
        "title": "文献",
        "sort_desc": "published_at",
        "facets": ["source", "year", "origin"],
        "label_column": "title",
        "size": 30,
    }
    tables["documents"]["label_column"] = "key"
    tables["version_details"]["sort_desc"] = "id"
    tables["versions"]["sort_desc"] = "id"
    about = {"title": TITLE, "description": f"{DESCRIPTION} {ENGLISH}"}
    return {**about, "databases": {database: {"title": TITLE, "description_html": _guide(database), "tables": tables}}}


def _guide(database: str) -> str:
    """The tables and their descriptions. The links are relative, since this is on the database's own page."""
    rows = "".join(
        f"<dt><a href='{tilde_encode(database)}/{name}'>{name}</a></dt><dd>{description}</dd>"
        for name, (description, _) in TABLES.items()
        if name not in HIDDEN
    )
    return f"<p>{DESCRIPTION}<br><span lang='en'>{ENGLISH}</span></p><dl class='guide'>{rows}</dl>"
