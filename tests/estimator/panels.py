"""Panels for the tests: their text, and a run of it."""

import io

from estimator import batch
from estimator.batch_models import BatchRun

from .asking import TODAY

HEADER = "reference,drug,first_dose,coverage"
MIXED = (
    "reference,drug,first_dose,weight_kg,coverage,pharmacy_coverage,deductible_met,out_of_pocket_met,"
    "family_deductible_met,met_as_of,secondary,assistance,state,household_size,household_income,allowed_unit_price",
    "1,spinraza,2027-01-11,,commercial-ppo,,250,250,,2027-01-02,,auto,MN,3,52000,",
    "2,spinraza,2027-01-11,,commercial-ppo,,1999.99,7000.01,,2027-01-02,,auto,MN,3,52000,",
    "3,spinraza,2027-01-11,,commercial-ppo,,0.00,0,,2027-01-02,,auto,MN,3,52000,",
    "4,spinraza,2027-01-11,,commercial-ppo,,2500,7000,,2027-01-02,,auto,MN,3,52000,",
    "5,spinraza,2027-01-11,,commercial-ppo,,unknown,unknown,,2027-01-02,,none,,,,",
    "6,spinraza,2027-01-11,,commercial-hdhp-family,,,,1500,2027-01-02,,none,,,,",
    "7,ocrevus,2027-02-01,,commercial-hdhp,,100,100,,2027-01-02,,auto,,,,",
    "8,ocrevus,2027-02-01,,commercial-hdhp,,3499,3499,,2026-05-01,,auto,,,,",
    "9,ocrevus,2027-02-01,,commercial-accumulator,,10,10,10,2027-01-15,,auto,,,,",
    "10,ocrevus,2027-02-01,,commercial-maximizer,,10,10,,2027-01-15,,auto,,,,",
    "11,ocrevus,2027-02-01,,marketplace-silver,,,,,,,ocrevus-copay,,,,",
    "12,keytruda,2027-01-18,,medicare-part-b,,,,,,medigap-g,none,,,,",
    "13,keytruda,2027-01-18,,medicare-part-b,,50,,,2027-01-02,medicaid,none,,,,",
    "14,keytruda,2027-01-18,,medicare-advantage,,,1000,,2027-01-02,,auto,,,,",
    "15,keytruda,2027-01-18,,tricare-select,,,,,,,none,,,,",
    "16,keytruda,2027-01-18,,medicaid-adult,,,,,,,none,,,,",
    "17,keytruda,2027-01-18,,uninsured,,,,,,,auto,,,,",
    "18,leqembi,2027-03-01,61,commercial-ppo,,20,20,,2027-02-01,,auto,,,,",
    "19,leqembi,2027-03-01,61.4,commercial-ppo,,30,30,,2027-02-01,,auto,,,,",
    "20,leqembi,2027-03-01,88,commercial-ppo,,30,30,,2027-02-01,,auto,,,,",
    "21,evrysdi,2027-01-11,,commercial-ppo,,,,,,,none,,,,",
    "22,zolgensma,2027-01-11,,chip,,,,,,,none,,,,",
    "23,spinraza,2027-01-11,,va,,,,,,,none,,,,",
    "24,spinraza,2027-01-11,,commercial-ppo,commercial-pharmacy,2000,2000,,2027-01-02,,none,,,,1350.1234",
    "25,ocrevus,2027-02-01,,medicare-part-b,,,,,,tricare-secondary,none,,,,",
)
"""Every kind of coverage and of help, amounts met of every kind, and rows that are refused."""


def file_of(*rows: str) -> io.BytesIO:
    return io.BytesIO("\r\n".join(rows).encode())


def run_of(reference, *rows: str, **options) -> BatchRun:
    """A run of rows (the header first), ready to start."""
    return batch.create(file_of(*rows), "january.csv", reference, TODAY, **options)


def results_of(run: BatchRun) -> str:
    """The csv of a run that is started and worked on here."""
    batch.start(run)
    batch.work(run.pk)
    run.refresh_from_db()
    return "".join(batch.download(run))


def many(count: int) -> tuple[str, ...]:
    """Rows that take a while: hardly two share their dates and plan."""
    plans = (
        "commercial-ppo",
        "commercial-hdhp",
        "medicare-part-b",
        "marketplace-silver",
        "commercial-accumulator",
    )
    drugs = ("spinraza", "ocrevus", "keytruda", "tysabri")
    rows = (
        f"P-{n},{drugs[n % 4]},2027-{1 + n % 9:02}-{1 + n % 28:02},{plans[n % 5]}"
        for n in range(1, count + 1)
    )
    return HEADER, *rows
