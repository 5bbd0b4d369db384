"""What pages cost among 100,000 items: queries, their time beside raw SQL of the same rows, CPU, bytes.

python -m tests.benchmarks.pages [--items 100000] [--runs 30] [--only sqlite|postgresql]
"""

from __future__ import annotations

import argparse
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
import structlog
from jinja2 import Environment
from sqlalchemy import Connection, create_engine, event, make_url, text

from tests.benchmarks.crowd import gather
from tests.benchmarks.stores import servers
from tests.office import Office
from tests.web.site import Site, give_everybody_an_account
from web.forms.filters import place_word
from workflow.queries.decisions import Filters, Sort, decisions
from workflow.queries.forums import forum
from workflow.queries.paging import Cursor
from workflow.queries.work import my_work
from workflow.runtime import Looking
from workflow.setup import initialise
from workflow.visibility import Reader, reader_of

THOUSANDTH = 999 * 50  # rows before page 1,000
AUDITOR, LEAD, PARTNER, LARGE_PARTNER, CLERK, OWNER = "auditor", "lead", "p3-clerk", "p19-clerk", "clerk", "owner-5"

#: What a page needs at the least: its table, with nothing around it.
PLAIN = Environment(autoescape=True).from_string(
    """<!DOCTYPE html><html lang="en"><head><title>Decisions</title></head><body><h1>Decisions</h1><table>
<thead><tr><th>Decision</th><th>Where</th><th>Next</th><th>Finish</th><th>Owner</th></tr></thead><tbody>
{% for row in rows %}<tr><td><a href="/items/{{ row.item }}">{{ row.title }}</a></td>
<td>{{ row.state }} {{ row.here | join(", ") }} {% for said in row.waiting_for %}{{ said }}<br>{% endfor %}</td>
<td>{{ row.next_on }}</td><td>{{ row.finish }}{% if row.late %} Late{% endif %}</td>
<td>{{ row.owner }} {{ row.organisation }}</td></tr>
{% endfor %}</tbody></table></body></html>"""
)

RAW_PAGE = """SELECT * FROM derived_forecasts f WHERE f.is_open = {yes}{visible}{after}
 ORDER BY f.by_finish, f.item LIMIT 51"""
RAW_EXISTS = """ AND EXISTS (SELECT 1 FROM derived_readers r WHERE r.item = f.item AND r.reader IN ({keys}))
 AND (f.part = 'I' OR EXISTS (SELECT 1 FROM derived_readers r WHERE r.item = f.item AND r.reader IN ({exempt})))"""
RAW_WORK = """SELECT t.*, f.title FROM derived_tasks t JOIN derived_forecasts f ON f.item = t.item
 WHERE t.holder IN ({holders}) AND t.starts <= '{today}'
 ORDER BY t.by_due, t.item, t.step, t.act, t.detail, t.holder LIMIT 51"""
RAW_FORUM = """SELECT t.*, f.title, f.late, f.state FROM derived_timetable t JOIN derived_forecasts f ON f.item = t.item
 WHERE t.forum = '{forum}' AND t.is_now = {yes} AND t.basis <> 'bound' AND f.state IN ('in-progress', 'on-hold')
 {visible}
 ORDER BY t.by_day, t.item, t.step LIMIT 200"""


@dataclass
class Bench:
    """One filled database, reached by the product and by the bare driver."""

    office: Office
    site: Site
    bare: Any
    runs: int
    sent: list[tuple[str, Any]]

    @property
    def yes(self) -> str:
        return "1" if self.office.runtime.engine.dialect.name == "sqlite" else "true"

    def reader(self, who: str) -> Reader:
        with self.office.runtime.looking() as look:
            return reader_of(look.known, who)

    def raw(self, sql: str) -> Callable[[], Any]:
        cursor = self.bare.cursor()
        return lambda: cursor.execute(sql).fetchall()

    def again(self, statements: list[tuple[str, Any]]) -> Callable[[], Any]:
        cursor = self.bare.cursor()
        return lambda: [cursor.execute(sql, said or None).fetchall() for sql, said in statements]


def p50(runs: int, *whats: Callable[[], Any]) -> list[float]:
    """The median milliseconds of each, in turn, so that a noisy machine is noisy for all of them."""
    times: list[list[float]] = [[] for _ in whats]
    for run in range(runs + 3):
        for what, of in zip(whats, times, strict=True):
            started = time.perf_counter()
            what()
            if run >= 3:
                of.append(time.perf_counter() - started)
    return [1000 * median(of) for of in times]


def cpu(runs: int, what: Callable[[], Any]) -> float:
    """Milliseconds of CPU, on average."""
    for _ in range(3):
        what()
    started = time.process_time()
    for _ in range(runs):
        what()
    return 1000 * (time.process_time() - started) / runs


def queried(bench: Bench, what: str, looked: Callable[[Looking], Any], raw: str) -> None:
    """One query function: its statements, sent by the bare driver, against the SQL that somebody would write."""
    spent: list[float] = []

    def product() -> None:
        with bench.office.runtime.looking() as look:
            started = time.perf_counter()
            looked(look)
            spent.append(1000 * (time.perf_counter() - started))

    product()
    bench.sent.clear()
    product()
    statements = bench.sent[1:]  # the first one begins every look
    counts = [told for told in statements if told[0].startswith("SELECT count(")]
    rows = [told for told in statements if told not in counts]
    spent.clear()
    _whole, of_rows, of_counts, bare = p50(
        bench.runs, product, bench.again(rows), bench.again(counts), bench.again([(raw, ())])
    )
    print(
        f"  {what:44}{len(statements):3} queries: rows {of_rows:7.2f} ms, raw SQL {bare:7.2f} ms, "
        f"{of_rows / bare:5.1f} times; counts {of_counts:6.2f} ms; all with rows made {median(spent):6.1f} ms"
    )


def lists(bench: Bench) -> dict[str, Cursor]:
    """The list of decisions for those who see all, most, some and few of them: the first page and page 1,000."""
    places = {}
    for who in (AUDITOR, LEAD, LARGE_PARTNER, PARTNER):
        reader = bench.reader(who)
        seen = _visible(reader)
        total = bench.raw(f"SELECT count(*) FROM derived_forecasts f WHERE f.is_open = {bench.yes}{seen}")()[0][0]
        before = min(THOUSANDTH, max(0, total - 60))
        at = f"SELECT f.by_finish, f.item FROM derived_forecasts f WHERE f.is_open = {bench.yes}{seen}"
        day, item = bench.raw(f"{at} ORDER BY f.by_finish, f.item LIMIT 1 OFFSET {before}")()[0]
        cursor = places[who] = Cursor((_day(day), item))
        after = f" AND (f.by_finish, f.item) > ('{day}', '{item}')"
        for name, place, more in (("first page", None, ""), (f"page {before // 50 + 1}", cursor, after)):
            queried(
                bench,
                f"{who} ({total} open), {name}",
                lambda look, r=reader, c=place: decisions(look, r, None, None, c),
                RAW_PAGE.format(yes=bench.yes, visible=seen, after=more),
            )
    reader = bench.reader(LEAD)
    for name, filters, more in (
        ("late", Filters(late=True), f" AND f.late = {bench.yes}"),
        ("an owner", Filters(owner="owner-5"), " AND f.owner = 'owner-5'"),
        ("words", Filters(text="carers 17"), " AND f.by_title LIKE '%carers 17%'"),
        ("words that nothing has", Filters(text="zzz"), " AND f.by_title LIKE '%zzz%'"),
    ):
        queried(
            bench,
            f"{LEAD}, first page, {name}",
            lambda look, f=filters: decisions(look, reader, f),
            RAW_PAGE.format(yes=bench.yes, visible=_visible(reader) + more, after=""),
        )
    by_title = RAW_PAGE.format(yes=bench.yes, visible=_visible(reader), after="").replace("by_finish", "by_title")
    queried(bench, f"{LEAD}, by title", lambda look: decisions(look, reader, None, Sort("title")), by_title)
    return places


def _visible(reader: Reader) -> str:
    if reader.sees_everything:
        return " AND f.part = 'I'"
    return RAW_EXISTS.format(keys=_quoted(reader.keys), exempt=_quoted(reader.exempt_keys))


def _quoted(words: Any) -> str:
    return ", ".join(f"'{word}'" for word in sorted(words))


def _day(value: Any) -> Any:
    from datetime import date

    return date.fromisoformat(value) if isinstance(value, str) else value


def others(bench: Bench) -> None:
    """My work and a forum's page."""
    for who, holders in (
        (CLERK, ("person:clerk", "secretary:cabinet", "secretary:hwb")),
        (OWNER, (f"person:{OWNER}",)),
    ):
        raw = RAW_WORK.format(holders=_quoted(holders), today="2023-07-18")
        queried(bench, f"my work of {who}", lambda look, w=who: my_work(look, look.known.people[w]), raw)
    reader = bench.reader(CLERK)
    for name in ("hwb", "board-3"):
        raw = RAW_FORUM.format(forum=name, yes=bench.yes, visible=_visible(reader))
        queried(bench, f"forum {name}, to a clerk", lambda look, n=name: forum(look, reader, n), raw)


def pages(bench: Bench, places: dict[str, Cursor]) -> None:
    """Whole pages, as a browser asks for them, beside a bare table made of the same query."""
    reader = bench.reader(LEAD)
    for name, cursor in (("first page", None), ("page 1,000", places[LEAD])):
        address = "/" + (f"?after={place_word(cursor.values)}" if cursor else "")

        def plain(cursor: Cursor | None = cursor) -> str:
            with bench.office.runtime.looking() as look:
                return PLAIN.render(rows=decisions(look, reader, None, None, cursor).page.rows)

        _page(bench, f"{name} of decisions", LEAD, address, plain)
    _page(bench, "my work", CLERK, "/work", None)
    _page(bench, "forum", CLERK, "/forums/hwb", None)
    _page(bench, "meeting", CLERK, "/meetings/h-08", None)
    _page(bench, "forward plan", None, "/forward-plan/organisations/council", None)
    _page(bench, "an item", LEAD, "/items/item-3", None)


def _page(bench: Bench, what: str, who: str | None, address: str, plain: Callable[[], str] | None) -> None:
    client = bench.site.as_(who) if who else bench.site.anonymous
    client.inspects = False
    bench.sent.clear()
    answer = client.get(address)
    queries = len(bench.sent)
    spent = cpu(bench.runs, lambda: client.flask.get(address, base_url=bench.site.settings.address))
    beside = ""
    if plain is not None:
        bare = cpu(bench.runs, plain)
        beside = f"; a bare table {bare:6.2f} ms: {spent / bare:4.1f} times"
    size = len(answer.bytes)
    print(f"  {what:44}{queries:4} queries {size / 1000:7.1f} kB, CPU {spent:7.2f} ms{beside}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    asked = parser.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with servers() as addresses:
        for kind, address in addresses.items():
            if asked.only in (None, kind):
                _measure(kind, address, asked.items, asked.runs)


def _measure(kind: str, address: str, number: int, runs: int) -> None:
    folder = Path(address) if kind == "sqlite" else Path(make_url(address).query["host"].__str__())
    if kind == "sqlite":
        url = f"sqlite:///{address}/pages.sqlite"
    else:
        engine = create_engine(address, isolation_level="AUTOCOMMIT")
        with engine.connect() as db:
            db.execute(text("CREATE DATABASE pages"))
        engine.dispose()
        url = address.replace("/postgres?", "/pages?")
    office = Office(url)
    initialise(office.runtime)
    started = time.perf_counter()
    gather(office, number)
    give_everybody_an_account(office)
    print(f"\n{kind}: {number} items, made in {time.perf_counter() - started:.0f} s")
    sent: list[tuple[str, Any]] = []

    def note(_connection: Connection, _cursor: object, statement: str, said: Any, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "ROLLBACK")):
            sent.append((statement, said))

    event.listen(office.runtime.engine, "before_cursor_execute", note)
    bare: Any = sqlite3.connect(f"{address}/pages.sqlite") if kind == "sqlite" else psycopg.connect(url)
    if kind == "postgresql":
        bare.autocommit = True
    bench = Bench(office, Site(office, folder), bare, runs, sent)
    places = lists(bench)
    others(bench)
    pages(bench, places)
    bare.close()
    office.close()


if __name__ == "__main__":
    main()
