"""Rows of a panel, estimated: each to the cent what `manage.py estimate` gives for its request."""

from collections.abc import Iterator
from datetime import date

from .assemble import Reference
from .batch_requests import NoSuchLimit, request_of
from .batch_results import YEARS_SHOWN, refused, told
from .estimate import Estimate, Range, estimate_of
from .request import RequestErrors, read_request


def estimated(rows: list, as_of: date, reference: Reference) -> Iterator[dict]:
    """The result of each [number, cells], in any order."""
    memory: dict = {}
    for number, cells in rows:
        try:
            request = read_request(request_of(cells, as_of, reference), as_of)
            yield {"number": number, **told(cells), **result_of(estimate_of(request, reference, memory))}
        except NoSuchLimit as error:
            yield refused(number, cells, error.column, str(error))
        except RequestErrors as errors:
            yield refused(number, cells, errors.errors[0][0], str(errors))


def result_of(found: Estimate) -> dict:
    """What the results say of an estimate. `paid`: of treatment year 1 what is allowed, and who pays it, likely."""
    year = found.simulation.by_treatment_year["1"]
    programs: dict[str, int] = {}
    for row in found.simulation.rows:
        if row.treatment_year == 1:
            for name, cents in row.assistance_by_program.items():
                programs[name] = programs.get(name, 0) + cents
    return {
        "years": [cells(amounts) for amounts in found.treatment_years[:YEARS_SHOWN]],
        "first_bill_on": found.first_bill_on.isoformat(),
        "first_bill": cells(found.first_bill)[:3],
        "paid": [year.allowed, year.primary, year.secondary, year.assistance],
        "programs": {name: cents for name, cents in programs.items() if cents},
        "questions": [
            asked.question for asked in found.assembled.findings.unknowns.values() if moves(found, asked.key)
        ],
        "warnings": [remark.text for remark in found.warnings],
    }


def cells(amounts: Range) -> list:
    return [amounts.low, amounts.likely, amounts.high, amounts.is_proven]


def moves(found: Estimate, key: str) -> bool:
    return any(asked.spread for asked in found.unknowns if asked.unknown.key == key)
