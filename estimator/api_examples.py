"""Examples of the JSON API: what its page, its OpenAPI document and docs/api.md show, and what the tests run."""

import json
from dataclasses import dataclass

REQUEST = {
    "drug": "spinraza",
    "first_dose_on": "2026-01-05",
    "age_months": 360,
    "site_of_care": "hospital_on_campus",
    "coverage": {"medical": {"design": "commercial-ppo"}},
    "accept_stale": True,
}
RULE = {"deductible": "medical", "coinsurance": 20_000, "out_of_pocket_maximum": "medical"}
CASE = {
    "lines": [
        {"date": "2026-01-05", "kind": "drug", "allowed": 12_500_000, "encounter": 0},
        {"date": "2026-01-19", "kind": "drug", "allowed": 12_500_000, "encounter": 1},
    ],
    "primary": {
        "deductibles": {"medical": {"individual": 200_000}},
        "out_of_pocket_maximums": {"medical": {"individual": 800_000}},
        "rules": {"drug": RULE},
    },
    "programs": [
        {"name": "card", "type": "copay_card", "kinds": ["drug"], "annual_maximum": 500_000},
    ],
}
KEY = "5f0c6a4e-6f0b-4a52-9d65-0d7c1d3c7a11"


@dataclass(frozen=True)
class Example:
    """One call: `path` below the API's address. With a `body` it is posted."""

    title: str
    path: str
    scope: str
    body: dict | None = None
    key: str = ""

    def curl(self, address: str) -> str:
        """What to type into a terminal; the token stands in a variable, so that it is in no history."""
        lines = [f"curl -s '{address}{self.path}'", '  -H "Authorization: Bearer $TOKEN"']
        if self.key:
            lines.append(f"  -H 'Idempotency-Key: {self.key}'")
        if self.body is not None:
            lines.append("  -H 'Content-Type: application/json'")
            lines.append(f"  -d '{spread(self.body)}'")
        return " \\\n".join(lines)


def spread(body: dict) -> str:
    """JSON with a line for each key of the outermost object."""
    keys = (f'  "{key}": {json.dumps(value)}' for key, value in body.items())
    return "{\n" + ",\n".join(keys) + "\n}"


EXAMPLES = (
    Example("What a family pays", "estimate", "estimate:run", REQUEST),
    Example("A case with every term given", "simulate", "estimate:run", CASE),
    Example("The same, without its claim lines", "simulate?totals=true", "estimate:run", CASE),
    Example("Drugs", "drugs", "reference:read"),
    Example("One drug", "drugs/spinraza", "reference:read"),
    Example("Benefit designs", "designs", "reference:read"),
    Example("Assistance programs", "programs", "reference:read"),
    Example(
        "Save an estimate",
        "estimates",
        "estimates:write",
        {"request": REQUEST, "label": "blue folder 7"},
        KEY,
    ),
    Example("Saved estimates, the newest first", "estimates?page=1", "estimates:read"),
)
