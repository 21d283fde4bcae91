"""What comes of a panel: a csv with a line for each row, in the panel's order, and a summary of it.

Chunks hold rows that cost alike, not neighbours of the file: the lines pass through a temporary SQLite file, which
puts them in order whatever the panel's size.
"""

import csv
import io
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing

import orjson

from drugs.safecsv import quoted

from .batch_models import BatchChunk, BatchRun

YEARS_SHOWN = 2
YEAR_COLUMNS = ("low", "likely", "high", "may_go_further")
COLUMNS = (
    ("reference", "as in the panel"),
    ("status", "estimated, or refused: then every amount is empty, and the last column says why"),
    ("drug", "as in the panel"),
    ("coverage", "as in the panel; of two plans both"),
    *(
        column
        for year in range(1, YEARS_SHOWN + 1)
        for column in (
            (f"year_{year}_low", f"dollars the patient pays in treatment year {year}, at least"),
            (f"year_{year}_likely", "likely"),
            (f"year_{year}_high", "at most"),
            (
                f"year_{year}_may_go_further",
                "yes where an answer still open could take it beyond low or high",
            ),
        )
    ),
    ("first_bill_on", "date of the first dose with something to pay"),
    ("first_bill_low", "dollars of that first bill, at least"),
    ("first_bill_likely", "likely"),
    ("first_bill_high", "at most"),
    ("first_bill_may_go_further", "yes where an answer still open could take it beyond low or high"),
    ("year_1_allowed", "what is allowed for all of treatment year 1, likely"),
    ("year_1_insurance_pays", "of that the plan, likely"),
    ("year_1_secondary_pays", "of that the coverages behind it, likely"),
    ("year_1_programs_pay", "of that assistance programs, likely"),
    ("programs", "which of them, with dollars"),
    ("open_questions", "how many answers nobody has given that move an amount"),
    ("questions", "these questions"),
    ("warnings", "what to look at before anybody relies on the row"),
    ("refusal", "why there is no estimate, and what to do"),
    ("as_of", "the day from which the row looks"),
    ("reference_data", "number of the data revision it rests on"),
    ("rules", "version of the rules"),
)
"""(name, what stands in it) of every column of the results."""

EDGES = (0, 1, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000)
"""Where the bars of first-year likely cost begin (cents): nothing, up to $500, and so on; the last has no end."""
MOST_REASONS = 50


def lines(run: BatchRun) -> Iterator[str]:
    """The csv of a run, line by line."""
    yield as_line(name for name, _ in COLUMNS)
    with closing(in_order(run)) as found:
        for (text,) in found.execute("SELECT row FROM results ORDER BY number"):
            yield as_line(cells_of(orjson.loads(text), run))


def in_order(run: BatchRun) -> sqlite3.Connection:
    """A temporary table (number, row) of every row of a run."""
    found = sqlite3.connect("")
    found.execute("CREATE TABLE results (number INTEGER PRIMARY KEY, row)")
    for row in results_of(run):
        found.execute("INSERT INTO results VALUES (?, ?)", (row["number"], orjson.dumps(row)))
    return found


def results_of(run: BatchRun) -> Iterator[dict]:
    """The results of all rows as chunks hold them. A chunk that was set aside refuses its rows, with its reason."""
    for chunk in run.chunks.order_by("number").iterator(chunk_size=4):
        if chunk.state == BatchChunk.State.DONE:
            yield from orjson.loads(chunk.result)
        else:
            words = (
                f"Set aside after {chunk.tries} tries: {chunk.reason}. Tell whoever runs this installation."
            )
            for number, cells in orjson.loads(chunk.panel):
                yield refused(number, cells, "set_aside", words)


def refused(number: int, cells: dict, path: str, words: str) -> dict:
    """The result of a row without an estimate; `path` says what of its request is meant."""
    return {"number": number, **told(cells), "refusal": words, "path": path}


def told(cells: dict) -> dict:
    """What the results repeat of a row."""
    plans = [cells[name] for name in ("coverage", "pharmacy_coverage") if name in cells]
    return {"reference": cells["reference"], "drug": cells["drug"], "coverage": " + ".join(plans)}


def as_line(cells) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(quoted(cell) for cell in cells)
    return written.getvalue()


def cells_of(row: dict, run: BatchRun) -> list[str]:
    """One line of the csv. What is not known is empty, never zero."""
    basis = [run.as_of.isoformat(), run.data_number, run.engine]
    head = [row["drug"], row["coverage"]]
    if "refusal" in row:
        empty = [""] * (len(COLUMNS) - 8)
        return [row["reference"], "refused", *head, *empty, row["refusal"], *basis]
    years = [cell for year in range(YEARS_SHOWN) for cell in range_cells(*row["years"][year : year + 1])]
    first = [row["first_bill_on"], *range_cells(row["first_bill"])]
    programs = "; ".join(f"{name} {dollars(cents)}" for name, cents in row["programs"].items())
    asked = [programs, str(len(row["questions"])), " | ".join(row["questions"]), " | ".join(row["warnings"])]
    return [
        row["reference"],
        "estimated",
        *head,
        *years,
        *first,
        *map(dollars, row["paid"]),
        *asked,
        "",
        *basis,
    ]


def range_cells(amounts: list | None = None) -> list[str]:
    """The four cells of a range; those of a year that is not asked for are empty."""
    if amounts is None:
        return [""] * len(YEAR_COLUMNS)
    *figures, is_proven = amounts
    return [*map(dollars, figures), "" if is_proven else "yes"]


def dollars(cents: int) -> str:
    """`1234.50`: a number to every spreadsheet."""
    return f"{cents // 100}.{cents % 100:02}"


# --- the summary ---


def summary_of(run: BatchRun) -> dict:
    """What the results of a run come to, in likely amounts of treatment year 1 (cents):

    rows, estimated, refused; distribution: [{"from": cents, "to": cents | None, "rows"}], `to` exclusive;
    programs: [{"program", "rows", "cents"}], the most helped first; coverages: [{"coverage", "rows", "refused",
    "patient", "insurance", "secondary", "programs"}]; refusals: [{"path", "drug", "rows", "words"}], the most first,
    where `words` are those of one such row; patient_cents, insurance_cents, secondary_cents, programs_cents over all;
    patient_low_cents and patient_high_cents, the ends of all ranges; `open`: rows with an open question, `further`:
    rows whose range an open question may take further.
    """
    bars, programs = Counter(), defaultdict(lambda: [0, 0])
    coverages, refusals, ranges = defaultdict(Counter), {}, Counter()
    for row in results_of(run):
        coverage = coverages[row["coverage"]]
        coverage["rows"] += 1
        if "refusal" in row:
            coverage["refused"] += 1
            found = refusals.setdefault((row["path"], row["drug"]), [0, row["refusal"]])
            found[0] += 1
            continue
        low, likely, high, is_proven = row["years"][0]
        bars[bar_of(likely)] += 1
        ranges.update(low=low, high=high, open=bool(row["questions"]), further=not is_proven)
        _, insurance, secondary, helped = row["paid"]
        coverage.update(patient=likely, insurance=insurance, secondary=secondary, programs=helped)
        for name, cents in row["programs"].items():
            programs[name][0] += 1
            programs[name][1] += cents
    return {
        "rows": run.rows,
        "estimated": sum(bars.values()),
        "refused": run.rows - sum(bars.values()),
        "distribution": [
            {"from": low, "to": high, "rows": bars[at]}
            for at, (low, high) in enumerate(zip(EDGES, (*EDGES[1:], None), strict=True))
        ],
        "programs": [
            {"program": name, "rows": rows, "cents": cents}
            for name, (rows, cents) in sorted(programs.items(), key=lambda item: (-item[1][0], item[0]))
        ],
        "coverages": [
            {"coverage": name, **{key: of[key] for key in ("rows", "refused", *WHO_PAYS)}}
            for name, of in sorted(coverages.items(), key=lambda item: (-item[1]["rows"], item[0]))
        ],
        "refusals": [
            {"path": path, "drug": drug, "rows": rows, "words": words}
            for (path, drug), (rows, words) in sorted(
                refusals.items(), key=lambda item: (-item[1][0], item[0])
            )[:MOST_REASONS]
        ],
        "patient_low_cents": ranges["low"],
        "patient_high_cents": ranges["high"],
        "open": ranges["open"],
        "further": ranges["further"],
        **{f"{who}_cents": sum(of[who] for of in coverages.values()) for who in WHO_PAYS},
    }


WHO_PAYS = ("patient", "insurance", "secondary", "programs")


def bar_of(cents: int) -> int:
    """The last bar that begins at or below an amount."""
    return sum(edge <= cents for edge in EDGES) - 1
