"""The benchmarks are run by hand, and now and then; what they build must be an archive as it is today."""

from __future__ import annotations

from pathlib import Path

from archive.store import Archive
from tests.bench.archive import append_slice, fill

TEXTS = [(f"第{n}号公告", f"高新区第{n}号公告,今天发布。") for n in range(30)]


def test_the_archive_that_a_benchmark_fills_can_be_appended_to(tmp_path: Path) -> None:
    fill(tmp_path / "a.db", iter(TEXTS), is_whole=True)
    with Archive(tmp_path / "a.db") as archive:
        assert append_slice(archive, TEXTS[:2], "more") > 0
        assert archive.conn.execute("SELECT count(*) FROM versions").fetchone() == (32,)
