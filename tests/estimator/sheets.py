"""Different families, each a request: what the sheet is tested over."""

from estimator.sheet import family_sheet

from .asking import plan

DOSE = {"first_dose_on": "2026-12-05"}
CARD = [{"program": "biogen-copay", "annual_maximum": 1_500_000}]
FAMILIES = {
    "an employer plan, questions open": {"coverage": plan(), "programs": "auto", **DOSE},
    "a copay card that runs out": {
        "coverage": plan(),
        "programs": [{**CARD[0], "annual_maximum": 700_000}],
        **DOSE,
    },
    "a child with Medicaid behind": {"coverage": plan(), "secondary": [{"design": "medicaid"}], **DOSE},
    "Medicare with Medigap": {"secondary": [{"design": "medigap-n"}]},
    "Medicare alone": {},
    "a family deductible": {
        "drug": "ocrevus",
        "coverage": plan("commercial-hdhp-family"),
        "programs": "auto",
        **DOSE,
    },
    "at the pharmacy": {
        "drug": "evrysdi",
        "coverage": {"pharmacy": {"design": "commercial-pharmacy"}},
        "allowed": {"drug": 1_150_000},
        "weight_kg": 15,
        "age_months": 48,
        "programs": "auto",
        "site_of_care": ...,
        **DOSE,
    },
    "ten years, twice a month": {
        "drug": "opdivo",
        "coverage": plan(),
        "programs": "auto",
        "years": 10,
        **DOSE,
    },
    "no insurance": {"coverage": plan("uninsured"), "programs": "auto", **DOSE},
}
COVERED = [name for name in FAMILIES if name != "no insurance"]


KNOWN: dict = {}
"""What was asked before: the reference data are the same for every test of a session."""


def estimate_of(ask, family):
    if family not in KNOWN:
        KNOWN[family] = ask(**FAMILIES[family])
    return KNOWN[family]


def sheet_of(ask, reference, family, language="en"):
    if (family, language) not in KNOWN:
        KNOWN[family, language] = family_sheet(estimate_of(ask, family), language, reference)
    return KNOWN[family, language]
