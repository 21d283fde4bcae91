"""Which programs an estimate counts on: what was answered about each, judged for one drug under one coverage.

The answers are the household's; which of them hold depends on the coverage and the drug they are judged for.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from estimator.planform import PlanForm
from estimator.programform import ProgramForm
from payers.eligibility import Eligibility, Household, programs_for
from payers.reference import Payers


class ProgramChoice:
    """The programs for one drug; none before the coverage is known (`plans` without a chosen one)."""

    def __init__(
        self,
        posted: Mapping[str, str],
        *,
        payers: Payers,
        drug: str,
        plans: Iterable[PlanForm],
        family: Household,
        on: date,
        today: date,
    ):
        self.plans = [form for form in plans if form.chosen]
        judged = programs_for(payers, drug, family, on) if self.plans else ()
        self.forms = [
            ProgramForm(posted, judged=one, expected=self._expected(one), today=today) for one in judged
        ]

    def _expected(self, judged: Eligibility) -> bool:
        """On from the start: usable without a question, and free drug only where no plan covers the drug."""
        return judged.usable and not judged.questions and not self._is_for_others(judged)

    def _is_for_others(self, judged: Eligibility) -> bool:
        """Free drug is for people whose plan does not cover the drug."""
        covered = any(form.plan.drug_kind for form in self.plans)
        return judged.program.type == "free_drug" and covered

    @property
    def named(self) -> list[ProgramForm]:
        """Those used, and those nobody has asked yet: what is said of one leaves the others open."""
        asked = [form for form in self.forms if form.is_on or form.is_open]
        return [form for form in asked if form.is_on or not self._is_for_others(form.judged)]

    @property
    def counted(self) -> list[str]:
        return [form.program.name for form in self.forms if form.is_on]

    @property
    def left_out(self) -> list[str]:
        """What a person switched off, or was refused: else it would be counted or asked about."""
        off = [form for form in self.forms if form.judged.usable and not form.is_on]
        return [form.program.name for form in off if form.expected or form.is_refused]

    def request(self):
        """ "auto" where nobody has changed anything."""
        untouched = all(
            form.is_on == form.expected and not form.is_detailed and not form.is_refused
            for form in self.forms
        )
        return "auto" if untouched else [form.request() for form in self.named]
