"""A panel for its page: how far it is in words, and what came of it as pictures with their tables.

Amounts are likely ones of treatment year 1 unless a name says otherwise.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .assemble import Reference
from .batch import Progress
from .batch_models import BatchRun
from .charts import Amounts, Chart, stacked_bars
from .words import money, money_short

MOST_BARS = 12
"""A picture shows so many bars; its table shows every row."""
WHO = {"plan": "insurance", "second": "secondary", "help": "programs", "family": "patient"}
"""Who pays, in the words of pictures, and in those of the summary."""
WORDS = {
    "plan": "plan pays",
    "second": "coverages behind it pay",
    "help": "programs pay",
    "family": "patients pay",
}
State = BatchRun.State


# How far it is


@dataclass(frozen=True)
class Standing:
    """`spoken` is read out by a screen reader each time it changes: every tenth part, and every state."""

    title: str
    words: str
    left: str = ""
    spoken: str = ""


TITLES = {
    State.READY: "Checked, ready to start",
    State.RUNNING: "Being estimated",
    State.PAUSED: "Paused",
    State.STOPPED: "Stopped",
    State.CANCELLED: "Cancelled",
    State.DONE: "Done",
}
SENTENCES = {
    State.READY: "Every row was checked and nothing is wrong. Nothing is estimated until you start it.",
    State.RUNNING: "You may leave this page or sign out: it goes on, and stands in the list of panels.",
    State.PAUSED: "No new rows are begun; those being estimated now are finished. What is done is kept.",
    State.CANCELLED: "It stopped for good and gives no results. To estimate these patients, upload the file again.",
    State.DONE: "Every row was looked at.",
}
BEGINNING = "The first rows take some seconds."
NOBODY = (
    "Nobody has worked on it for a while: the server was started anew, or no worker is running. "
    "What is done is kept. Press Resume to go on."
)


def standing(run: BatchRun, progress: Progress) -> Standing:
    title, words = TITLES[progress.state], SENTENCES.get(progress.state, run.reason)
    if progress.state == State.RUNNING and not progress.done:
        words = f"{BEGINNING} {words}"
    if progress.is_idle:
        title, words = "Waiting for somebody to work on it", NOBODY
    part = f", {progress.percent // 10 * 10} % of the rows done" if progress.state == State.RUNNING else ""
    left = "" if progress.seconds_left is None else time_words(progress.seconds_left)
    return Standing(title, words, left, f"{title}{part}")


def time_words(seconds: int) -> str:
    """As exact as it can be known: `less than a minute`, `about 4 minutes`, `about 2 hours`."""
    if seconds < 60:
        return "less than a minute"
    minutes = -(-seconds // 60)
    count, unit = (minutes, "minute") if minutes < 120 else (round(minutes / 60), "hour")
    return f"about {count} {unit}{'' if count == 1 else 's'}"


# What came of it


@dataclass(frozen=True)
class Line:
    """A row of a table: what it is about, and its cells."""

    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    """`left_out` rows of the table have no bar."""

    chart: Chart
    lines: tuple[Line, ...]
    left_out: int = 0


@dataclass(frozen=True)
class Refusal:
    rows: str
    drug: str
    words: str


@dataclass(frozen=True)
class Outcome:
    """The summary of a panel in words. `reach` is how far the patients' part may go, `open` how many rows ask."""

    rows: str
    estimated: str
    refused: str
    totals: tuple[tuple[str, str], ...]
    reach: str
    open: str
    costs: Picture | None
    helped: Picture | None
    payers: Picture | None
    refusals: tuple[Refusal, ...]


def outcome(summary: Mapping, reference: Reference) -> Outcome:
    """`summary` is that of `batch_results.summary_of`; names come from the catalogue of now, else stay short."""
    estimated = summary["estimated"]
    coverages = sorted(
        (one for one in summary["coverages"] if one["rows"] > one["refused"]),
        key=lambda one: (one["refused"] - one["rows"], one["coverage"]),
    )
    return Outcome(
        rows=f"{summary['rows']:,}",
        estimated=f"{estimated:,}",
        refused=f"{summary['refused']:,}" if summary["refused"] else "",
        totals=tuple((WORDS[who], money(summary[f"{name}_cents"])) for who, name in WHO.items()),
        reach=reach(summary),
        open=f"That is so in {rows_of(summary['open'])}; the results name the questions."
        if summary["open"]
        else "",
        costs=costs(summary["distribution"], estimated) if estimated else None,
        helped=helped(summary["programs"], estimated, reference) if summary["programs"] else None,
        payers=payers(coverages, reference) if coverages else None,
        refusals=tuple(
            Refusal(f"{one['rows']:,}", drug_name(one["drug"], reference), plain(one["words"]))
            for one in summary["refusals"]
        ),
    )


def reach(summary: Mapping) -> str:
    """Between what and what the patients' part of all rows lies, where open questions leave a range."""
    low, high = summary["patient_low_cents"], summary["patient_high_cents"]
    if low == high and not summary["further"]:
        return "No open question moves what the patients pay."
    further = summary["further"]
    more = f"; in {rows_of(further)} an answer still open could take it further" if further else ""
    return f"Depending on open questions, all patients together may pay from {money(low)} to {money(high)}{more}."


def costs(distribution: list[dict], estimated: int) -> Picture:
    rows = [(band(one["from"], one["to"]), one["rows"]) for one in distribution]
    most = max(rows, key=lambda row: row[1])
    described = f"The most, {patients(most[1])}, stand at {most[0]}. The table below has every number."
    chart = counted(rows, estimated, "How much patients may pay in treatment year 1", described)
    return Picture(chart, tuple(Line(label, (f"{n:,}", share(n, estimated))) for label, n in rows))


def band(low: int, high: int | None) -> str:
    if high is None:
        return f"{money_short(low)} or more"
    if high == 1:
        return "nothing"
    return f"{money_short(low)} to under {money_short(high)}" if low > 1 else f"under {money_short(high)}"


def helped(programs: list[dict], estimated: int, reference: Reference) -> Picture:
    rows = [(program_name(one["program"], reference), one["rows"], one["cents"]) for one in programs]
    described = f"The most, {patients(rows[0][1])}, by {rows[0][0]}. The table below has every number."
    chart = counted(
        [(name, n) for name, n, _ in rows[:MOST_BARS]],
        estimated,
        "How many patients each program helps in treatment year 1",
        described,
    )
    lines = (Line(name, (f"{n:,}", share(n, estimated), money(cents))) for name, n, cents in rows)
    return Picture(chart, tuple(lines), max(0, len(rows) - MOST_BARS))


def counted(rows: Iterable[tuple[str, int]], whole: int, title: str, description: str) -> Chart:
    """A bar of patients for each row."""
    bars = [
        Amounts(label[:1].upper() + label[1:], f"{n:,} ({share(n, whole)})", {"family": n})
        for label, n in rows
    ]
    return stacked_bars(bars, {"family": "patients"}, title, description)


def payers(coverages: list[dict], reference: Reference) -> Picture:
    rows = [(coverage_name(one["coverage"], reference), one) for one in coverages]
    bars = [
        Amounts(
            f"{name}, {patients(one['rows'] - one['refused'])}",
            f"{money_short(one['patient'])} by patients",
            {who: one[key] for who, key in WHO.items()},
        )
        for name, one in rows[:MOST_BARS]
    ]
    chart = stacked_bars(
        bars,
        WORDS,
        "Who pays treatment year 1, by coverage",
        "One bar for each coverage, all its patients together. The table below has every amount.",
    )
    lines = tuple(
        Line(name, (f"{one['rows'] - one['refused']:,}", *(money(one[key]) for key in WHO.values())))
        for name, one in rows
    )
    return Picture(chart, lines, max(0, len(rows) - MOST_BARS))


# Words


def patients(count: int) -> str:
    return f"{count:,} patient{'' if count == 1 else 's'}"


def rows_of(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def share(part: int, whole: int) -> str:
    """In tenths of a percent: `12.3 %`. What is there at all is never 0."""
    tenths = (1000 * part + whole // 2) // whole
    if not tenths:
        return "under 0.1 %" if part else "0 %"
    return f"{tenths // 10}.{tenths % 10} %"


def plain(words: str) -> str:
    """Without the paths of a request, which say nothing to a person."""
    return re.sub(r"\$[\w.\[\]]*: ", "", words)


def program_name(slug: str, reference: Reference) -> str:
    found = reference.payers.program(slug)
    return found.name if found else slug


def drug_name(slug: str, reference: Reference) -> str:
    found = reference.drugs.drug(slug)
    return found.name if found else slug


def coverage_name(slugs: str, reference: Reference) -> str:
    """`medicare-part-b + medicare-part-d` by the names of both."""
    found = ((slug, reference.payers.design(slug)) for slug in slugs.split(" + "))
    return " + ".join(design.name if design else slug for slug, design in found)
