"""The comparison that is kept with a saved estimate: what was asked for each way, and what it came to.

It is part of the same snapshot: one number, label, hash, deletion and retention for both. Money is integer cents.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property

import pandas
from django.forms.boundfield import BoundField

from estimator.answers import label_of, lower_first, text_of, unchanged_terms, words
from estimator.compare import Outcome, Run, compared
from estimator.compareform import CompareForm
from estimator.estimate import Range
from estimator.planform import PlanForm
from estimator.present_compare import Comparison, present_comparison
from estimator.saved_files import dollars, harmless
from estimator.words import listed


class KeptComparison:
    """A comparison about to be saved with the estimate it began from."""

    def __init__(self, form: CompareForm):
        self.form = form
        self.ways = form.ways()

    @classmethod
    def of(cls, form: CompareForm) -> "KeptComparison | None":
        """None where there is nothing beside the estimate."""
        kept = cls(form) if form.base.is_complete else None
        return kept if kept and len(kept.ways) > 1 else None

    @cached_property
    def outcomes(self) -> list[Outcome]:
        return compared(self.ways, self.form.reference, self.form.today)

    @property
    def names(self) -> str:
        return listed([way.name for way in self.ways])

    @property
    def page(self) -> dict:
        """What its page shows, to be frozen."""
        shown: Comparison = present_comparison(self.outcomes, self.form.choice.horizon)
        compares_coverages = self.form.compares_coverages
        return {"compares_coverages": compares_coverages, "first_dose": self.first_dose, "comparison": shown}

    @property
    def first_dose(self) -> str:
        return self.form.base.treatment.day.isoformat()

    def as_json(self) -> dict:
        return {
            "of": self.form.choice.chosen,
            "ways": [way_json(one, self.form.today) for one in self.outcomes],
        }

    @property
    def answers(self) -> list[dict]:
        """What was asked beside the estimate, as `answers.told` has the estimate's own."""
        return [
            {"name": field.html_name, "value": text_of(field), "label": label, "words": words(field)}
            for field, label in self._asked()
        ]

    def _asked(self) -> Iterator[tuple[BoundField, str]]:
        titles = {id(part): option.title for option in self.form.options for part in option.forms}
        for part in self.form.forms:
            alone = unchanged_terms(part) if isinstance(part, PlanForm) else ()
            for field in (field for field in part if field.name not in alone):
                about = ", ".join(filter(None, ("Comparison", titles.get(id(part), ""))))
                label = label_of(part, field)
                yield field, f"{about}: {lower_first(str(label))}" if label else ""


def way_json(one: Outcome, today: date) -> dict:
    """`request` with `years` gives the same care by `manage.py estimate`; it is empty where answers are missing."""
    return {
        "name": one.way.name,
        "monthly_premium": one.way.premium,
        "request": {"as_of": today.isoformat(), **one.way.request} if one.way.request else {},
        "help": list(one.way.notes),
        "refused": one.refused,
        "over": [run_json(run) for run in one.runs.values()],
    }


def run_json(run: Run) -> dict:
    return {
        "years": run.years,
        "care": range_json(run.care),
        "premiums": run.premiums,
        "together": range_json(run.together),
        "open_questions": [question.unknown.question for question in run.questions],
    }


def range_json(amounts: Range) -> dict:
    return {**amounts.as_json(), "may_go_further": not amounts.is_proven}


def as_csv(number: str, label: str, comparison: Mapping) -> str:
    """One row a way and horizon, of `as_json`; a way without a number has one row with the reason."""
    about = {"estimate": harmless(number), "label": harmless(label)}
    rows = [about | row for way in comparison["ways"] for row in csv_rows(way)]
    return pandas.DataFrame(rows, dtype=str).fillna("").to_csv(index=False, lineterminator="\r\n")


def csv_rows(way: Mapping) -> Iterator[dict[str, str]]:
    name = {"compared": harmless(way["name"]), "no_number_because": harmless(way["refused"])}
    for run in way["over"] or [None]:
        together = run and run["together"]
        yield name | {
            "years": str(run["years"]) if run else "",
            "care_likely": dollars(run["care"]["likely"]) if run else "",
            "premiums": dollars(run["premiums"]) if run else "",
            **{f"together_{key}": dollars(together[key]) if run else "" for key in ("low", "likely", "high")},
            "may_go_further": ("yes" if together["may_go_further"] else "no") if run else "",
        }
