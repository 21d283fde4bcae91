"""A saved estimate as files: the ledger as CSV, everything as JSON. The cents are those of the page."""

import json
import unicodedata
from datetime import UTC

import pandas

from estimator.labels import line_words, price_words
from estimator.models import Estimate
from estimator.present import Presenter
from estimator.sentences import explain

MONEY = ("allowed", "deductible", "copay", "coinsurance", "plan", "second_coverage", "help", "family")
ROW_COLUMNS = (
    "allowed",
    "deductible",
    "copay",
    "coinsurance",
    "primary",
    "secondary",
    "assistance",
    "patient",
)
ABOUT = ("date", "dose", "line", "code", "units", "price", "why", "plan_year", "treatment_year")
RISKY = "=+-@\t\r\n\0"


def ledger_rows(presenter: Presenter) -> list[dict]:
    """The claim lines of the treatment in date order, with the page's words and the amounts in cents."""
    return [
        {
            "date": row.date,
            "dose": note.dose_label,
            "line": line_words(note),
            "code": note.code or "",
            "units": str(note.units),
            "price": price_words(note),
            "why": explain(row, presenter.names),
            "plan_year": row.plan_year,
            "treatment_year": row.treatment_year,
            **{name: getattr(row, column) for name, column in zip(MONEY, ROW_COLUMNS, strict=True)},
        }
        for row, note in presenter.lines
    ]


def as_csv(saved: Estimate) -> str:
    """One row a claim line. Text is text to a spreadsheet, amounts are dollars with two decimals."""
    about = {
        "estimate": saved.number,
        "label": saved.label,
        "drug": saved.drug_name,
        "coverage": saved.coverage,
    }
    rows = [
        {
            **{name: harmless(value) for name, value in about.items()},
            **{name: harmless(str(row[name])) for name in ABOUT},
            **{name: dollars(row[name]) for name in MONEY},
        }
        for row in json.loads(saved.ledger)
    ]
    frame = pandas.DataFrame(rows, columns=[*about, *ABOUT, *MONEY], dtype=str)
    return frame.to_csv(index=False, lineterminator="\r\n")


def harmless(text: str) -> str:
    """A text that a spreadsheet would run as a formula gets an apostrophe in front, full-width forms too."""
    plain = unicodedata.normalize("NFKC", text)
    runs = plain[:1] in tuple(RISKY) or plain.lstrip()[:1] in tuple(RISKY)
    return f"'{text}" if plain and runs else text


def dollars(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


def as_json(saved: Estimate) -> str:
    """What `manage.py estimate` prints for the request, and by which record it can be proved."""
    record = {
        "number": saved.number,
        "id": str(saved.public_id),
        "label": saved.label,
        "saved_at": saved.created_at.astimezone(UTC).isoformat(),
        "as_of": saved.as_of.isoformat(),
        "engine": saved.engine,
        "sha256": saved.sha256,
        "revises": saved.revises_number or None,
        "request": json.loads(saved.request),
        "case": json.loads(saved.case),
        "result": json.loads(saved.result),
        **json.loads(saved.findings),
        "used": json.loads(saved.used),
    }
    return json.dumps(record, indent=1, ensure_ascii=False)
