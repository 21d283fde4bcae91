"""A calendar file (RFC 5545) of doses, renewals of the authorization, and expected bills.

All-day events with no names in them. Each file has names (UIDs) of its own, so that two families with the same
answers never share an event; a saved estimate's file always has the same ones, so that a calendar that reads it
again updates its events instead of doubling them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from icalendar import Alarm, Calendar, Event

from estimator.beforehand import ASK_AHEAD, before, doses_of
from estimator.estimate import Estimate
from estimator.words import day, money_short

PRODUCT = "-//Treatment cost estimate//Calendar of a treatment//EN"
NOT_A_BILL = "An estimate, not a bill. The bill itself may come weeks later."


@dataclass(frozen=True)
class Entry:
    """One day of the calendar in plain words, so that it can be kept with a saved estimate. `on` is 2026-01-05;
    `reminder` is what is said in time before it, empty for no reminder."""

    key: str
    on: str
    summary: str
    words: str = ""
    reminder: str = ""


def entries_of(estimate: Estimate) -> tuple[Entry, ...]:
    return (*dose_entries(estimate), *renewal_entries(estimate), *bill_entries(estimate))


def dose_entries(estimate: Estimate) -> Iterator[Entry]:
    drug = estimate.assembled.drug.name
    for number, dose in enumerate(doses_of(estimate), 1):
        yield Entry(f"dose-{number}", dose.on.isoformat(), f"{drug}: {dose.label.lower()}")


def renewal_entries(estimate: Estimate) -> Iterator[Entry]:
    """The day a new authorization must be there, with a reminder in time to ask for it."""
    drug = estimate.assembled.drug.name
    for payer in before(estimate).payers:
        for number, due in enumerate(payer.renewals, 1):
            yield Entry(
                f"{payer.id}-{number}",
                due.iso,
                f"{drug}: authorization to be renewed",
                f"{payer.payer}: ask by {due.ask_by}. Needed for the {due.dose}.",
                f"{drug}: ask for the renewal of the authorization",
            )


def bill_entries(estimate: Estimate) -> Iterator[Entry]:
    """A day of care with something to pay, by the likely reading; none where no plan covers the drug."""
    rows = [row for row in estimate.simulation.rows if row.kind != "other_care"]
    owed: dict[date, int] = {}
    for row in rows if is_covered(estimate) else ():
        owed[row.date] = owed.get(row.date, 0) + row.patient
    for number, (on, cents) in enumerate(owed.items(), 1):
        if cents:
            words = f"For care on {day(on)}. {NOT_A_BILL}"
            yield Entry(f"bill-{number}", on.isoformat(), f"Expect a bill: about {money_short(cents)}", words)


def is_covered(estimate: Estimate) -> bool:
    billed = [row for row in estimate.simulation.rows if row.kind in ("drug", "pharmacy")]
    return all(row.covered or row.free_drug_value is not None or not row.allowed for row in billed)


def calendar_of(entries: Iterable[Entry], file: UUID, made_on: date) -> bytes:
    """The file named `file`: lines end with CRLF and are folded, text is escaped, encoded in UTF-8."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for entry in entries:
        calendar.add_component(event(entry, file, made_on))
    return calendar.to_ical()


def event(entry: Entry, file: UUID, made_on: date) -> Event:
    on, made = date.fromisoformat(entry.on), Event()
    made.add("uid", f"{file.hex}-{entry.key}@treatment-cost-estimate")
    made.add("dtstamp", datetime.combine(made_on, time(), tzinfo=UTC))
    made.add("dtstart", on)
    made.add("dtend", on + timedelta(days=1))
    made.add("summary", entry.summary)
    made.add("transp", "TRANSPARENT")
    made.add("class", "PRIVATE")
    if entry.words:
        made.add("description", entry.words)
    if entry.reminder:
        made.add_component(reminder(entry.reminder))
    return made


def reminder(words: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", words)
    alarm.add("trigger", -ASK_AHEAD)
    return alarm
