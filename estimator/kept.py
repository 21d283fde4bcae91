"""What was typed for another drug, regimen or plan: carried in the form, hidden, until somebody returns to it.

So nobody types a plan's terms twice, and a price typed for one drug never becomes that of another. The plan is told
apart by what its fields were filled for (`filled_for`), the drug and regimen by `drug_filled`, `regimen_filled`.
"""

from collections.abc import Iterable, Mapping

KEPT = "kept."
MOST, LONGEST = 300, 200
OF_DRUG = (
    "regimen",
    "administration_code",
    "cycle_weeks",
    "drug_unit_price",
    "allowed_administration",
    "allowed_professional",
    "allowed_sedation",
    "allowed_imaging",
    "concurrent_therapy",
    "procedure_on_another_day",
    "accept_stale",
)
OF_REGIMEN = ("allowed_drug", "allowed_pharmacy")
"""How the names begin whose amounts are for one dose or fill of a regimen."""
OF_FAMILY = ("met_as_of", "funding")
CARRIED = ("medical-", "pharmacy-", "program-", *OF_REGIMEN)
CARRIED_ALONE = ("weight_kg", "age_years", "age_months", "insurer", "insurer_set_aside", *OF_DRUG[2:])


class Drawer:
    """The answers in force, and those kept for what is not chosen now."""

    def __init__(self, posted: Mapping[str, str]):
        self.answers = {name: text for name, text in posted.items() if not name.startswith(KEPT)}
        kept = [(name, text) for name, text in posted.items() if name.startswith(KEPT)]
        self.kept = {name: text for name, text in kept[:MOST] if len(name) + len(text) <= LONGEST}

    def switch(self, seconds: Iterable[str]) -> "Drawer":
        self._switch_drug()
        for prefix, role in (
            ("medical", "medical"),
            ("pharmacy", "pharmacy"),
            *((s, "second") for s in seconds),
        ):
            self._switch_plan(prefix, role)
        return self

    def left_over(self, shown: Iterable[str]) -> dict[str, str]:
        """Answers without a control on the page now, under their own names: they count again where one appears."""
        hidden = {name: text for name, text in self.answers.items() if text and name not in set(shown)}
        carried = {n: t for n, t in hidden.items() if n.startswith(CARRIED) or n in CARRIED_ALONE}
        return {n: t for n, t in carried.items() if len(n) + len(t) <= LONGEST}

    def _switch_drug(self):
        drug, regimen = (self.answers.get(name, "") for name in ("drug", "regimen"))
        before, regimen_before = (self.answers.get(name, "") for name in ("drug_filled", "regimen_filled"))
        if before and drug != before:
            self._put(f"regimen.{before}.{regimen_before}", self._beginning(OF_REGIMEN))
            self._put(f"drug.{before}", OF_DRUG)
            self.answers["regimen_filled"] = ""
            self._bring_back(drug)
        elif regimen_before and regimen not in ("", regimen_before):
            self._put(f"regimen.{drug}.{regimen_before}", self._beginning(OF_REGIMEN))
            self.answers |= self._take(f"regimen.{drug}.{regimen}")

    def _bring_back(self, drug: str):
        if found := self._take(f"drug.{drug}"):
            regimen = found.get("regimen", "")
            found |= {"drug_filled": drug, "regimen_filled": regimen}
            self.answers |= found | self._take(f"regimen.{drug}.{regimen}")

    def _switch_plan(self, prefix: str, role: str):
        """What the family has met and who carries the risk stay: they are the family's, not the plan's."""
        own = {
            n.removeprefix(f"{prefix}-"): n
            for n in self._beginning((f"{prefix}-",))
            if n != f"{prefix}-design"
        }
        design = self.answers.get(f"{prefix}-design", "")
        before = self.answers.get(f"{prefix}-filled_for", "").partition("@")[0]
        if design == before:
            return
        family = {own[n]: self.answers[own[n]] for n in own if "_met_" in n or n in OF_FAMILY}
        if before:
            self._put(f"plan.{role}.{before}", own.values(), prefix=f"{prefix}-")
        found = self._take(f"plan.{role}.{design}") if design else {}
        self.answers |= {f"{prefix}-{name}": text for name, text in found.items()}
        self.answers |= {name: text for name, text in family.items() if text and design}

    def _beginning(self, words: tuple[str, ...]) -> list[str]:
        return [name for name in self.answers if name.startswith(words)]

    def _put(self, place: str, names: Iterable[str], prefix: str = ""):
        for name in names:
            if text := self.answers.pop(name, ""):
                self.kept[f"{KEPT}{place}.{name.removeprefix(prefix)}"] = text

    def _take(self, place: str) -> dict[str, str]:
        begin = f"{KEPT}{place}."
        found = [name for name in self.kept if name.startswith(begin)]
        return {name.removeprefix(begin): self.kept.pop(name) for name in found}
