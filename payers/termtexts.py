"""Stored terms as the texts a form shows: the first half of a round trip that loses nothing."""

import json
from collections.abc import Mapping
from typing import Any

from drugs.reference import LINE_KINDS
from payers.termfields import Figures, YesNo, share_text
from payers.termwords import pool_words


def texts_of(terms: Mapping[str, Any], method: str, figures: Figures) -> dict[str, Any]:
    """Field by field of the form for that method."""
    later = {"by_plan_year": json.dumps(terms["by_plan_year"])} if "by_plan_year" in terms else {}
    if method == "medicaid":
        return {"copay": figures.text(terms["copay"])} if "copay" in terms else {}
    if method == "medigap":
        return _medigap(terms, figures) | later
    return _plan(terms, figures) | later


def _medigap(terms: Mapping, figures: Figures) -> dict[str, Any]:
    if not terms:
        return {}
    yearly = {name: figures.text(terms.get(name)) for name in ("high_deductible", "annual_limit")}
    return yearly | {
        "covers_part_b_deductible": YesNo.text(terms.get("covers_part_b_deductible")),
        "coinsurance_covered": share_text(terms.get("coinsurance_covered")),
    }


def _plan(terms: Mapping, figures: Figures) -> dict[str, Any]:
    texts = {
        "no_plan": bool(terms.get("no_plan")),
        "code_coinsurance": YesNo.text(terms.get("code_coinsurance")),
    }
    for key in (
        "plan_year_start",
        "assistance_policy",
        "maximizer_kinds",
        "maximizer_spread",
        "hdhp_coverage",
    ):
        texts[key] = terms.get(key)
    if terms.get("hdhp_minimum_deductible") is not None:
        texts["hdhp_minimum_deductible"] = figures.text(terms["hdhp_minimum_deductible"])
    for key in ("deductibles", "out_of_pocket_maximums"):
        for row, (name, pool) in enumerate(terms.get(key, {}).items()):
            texts |= _pool(f"{key}-{row}", name, pool, figures)
    for row, (name, cap) in enumerate(terms.get("caps", {}).items()):
        texts |= _cap(f"caps-{row}", name, cap, terms, figures)
    for kind in LINE_KINDS:
        if kind in terms.get("rules", {}):
            texts |= _rule(f"rules-{kind}", terms["rules"][kind], figures)
    return texts


def _pool(at: str, name: str, pool: Mapping, figures: Figures) -> dict[str, Any]:
    return {
        f"{at}-name": pool_words(name),
        f"{at}-individual": figures.text(pool.get("individual")),
        f"{at}-family": figures.text(pool.get("family")),
        f"{at}-kind": pool.get("kind", ""),
    }


def _cap(at: str, name: str, cap: Mapping, terms: Mapping, figures: Figures) -> dict[str, Any]:
    return {
        f"{at}-name": pool_words(name),
        f"{at}-amount": figures.text(cap["amount"]),
        f"{at}-includes_deductible": YesNo.text(cap.get("includes_deductible")),
        f"{at}-sites": terms.get("cap_sites", {}).get(name, []),
        f"{at}-disputed": name in terms.get("disputed_caps", ()),
    }


def _rule(at: str, rule: Mapping, figures: Figures) -> dict[str, Any]:
    """A rule that says nothing of cover covers."""
    texts = {f"{at}-{key}": rule.get(key) or "" for key in ("deductible", "cap", "out_of_pocket_maximum")}
    texts[f"{at}-covered"] = YesNo.text(rule.get("covered", True))
    texts[f"{at}-coinsurance"] = share_text(rule.get("coinsurance"))
    if rule.get("copay") is not None:
        texts[f"{at}-copay"] = figures.text(rule["copay"])
    return texts
