"""The database as one frozen `Payers`, kept in memory while the data revision stays the same."""

from collections.abc import Iterable
from typing import Any

from drugs.catalogue import at, difference, newest_revisions, sources, unchanged, value
from drugs.models import Difference
from payers import models, reference


def load() -> reference.Payers:
    """Everything known about payers, as of now: one query while nothing has changed."""
    return unchanged("payers", _read)


def load_at(current: tuple) -> reference.Payers:
    """For a larger snapshot, which sees to it that the revision stays."""
    return at(current, "payers", _read)[0]


def _read(current: tuple) -> reference.Payers:
    by_id = sources()
    payers = {row.id: _payer(row) for row in models.Payer.objects.all()}
    terms = _by_owner(models.DesignTerms, "design_id", _design_terms, by_id)
    offers = _by_owner(models.ProgramTerms, "program_id", _program_terms, by_id)
    # Without terms in use there is nothing to offer: not entered yet, or all withdrawn.
    programs = models.AssistanceProgram.objects.prefetch_related("drugs")
    rules = _grouped(_current(models.ProgramRule), "program_id", _program_rule, by_id)
    return reference.Payers(
        revision=current[0],
        parameters=tuple(_parameter(row, by_id) for row in _current(models.Parameter)),
        payers=tuple(payers.values()),
        designs=tuple(
            _design(row, payers[row.payer_id], terms.get(row.id, ()))
            for row in models.BenefitDesign.objects.all()
            if row.id in terms
        ),
        programs=tuple(
            _program(row, offers.get(row.id, ()), rules.get(row.id, ()))
            for row in programs
            if row.id in offers
        ),
        state_rules=tuple(_state_rule(row, by_id) for row in _current(models.StateRule)),
        sources=tuple(by_id.values()),
        differences=tuple(difference(row, by_id) for row in Difference.objects.filter(drug=None)),
    )


def _current(model: type) -> list:
    return newest_revisions(model.objects.select_related("verified_by"))


def _by_owner(model: type, owner: str, build: Any, by_id: dict) -> dict[int, tuple]:
    begun = sorted(_current(model), key=lambda row: row.effective_from)
    return _grouped(begun, owner, build, by_id)


def _grouped(rows: Iterable, owner: str, build: Any, by_id: dict) -> dict[int, tuple]:
    grouped: dict[int, tuple] = {}
    for row in rows:
        grouped[getattr(row, owner)] = (*grouped.get(getattr(row, owner), ()), build(row, by_id))
    return grouped


def _payer(row: models.Payer) -> reference.Payer:
    return reference.Payer(slug=row.slug, name=row.name, kind=row.kind, note=row.note)


def _parameter(row: models.Parameter, by_id: dict) -> reference.Parameter:
    return value(reference.Parameter, row, by_id)


def _design(row: models.BenefitDesign, payer: reference.Payer, terms: tuple) -> reference.Design:
    return reference.Design(
        slug=row.slug,
        name=row.name,
        payer=payer,
        role=row.role,
        benefit=row.benefit,
        method=row.method or None,
        illustrative=row.illustrative,
        hsa_qualified=row.hsa_qualified,
        federal=row.federal,
        order=row.order,
        note=row.note,
        revisions=terms,
    )


def _design_terms(row: models.DesignTerms, by_id: dict) -> reference.DesignTerms:
    return value(reference.DesignTerms, row, by_id, terms=reference.frozen(row.terms))


def _program(row: models.AssistanceProgram, terms: tuple, rules: tuple) -> reference.Program:
    return reference.Program(
        slug=row.slug,
        name=row.name,
        sponsor=row.sponsor,
        type=row.type,
        drugs=tuple(drug.slug for drug in row.drugs.all()),
        terms=terms,
        rules=rules,
        phone=row.phone,
        address=row.address,
        how_to_apply=row.how_to_apply,
        order=row.order,
    )


def _program_terms(row: models.ProgramTerms, by_id: dict) -> reference.ProgramTerms:
    return value(reference.ProgramTerms, row, by_id)


def _program_rule(row: models.ProgramRule, by_id: dict) -> reference.ProgramRule:
    return value(reference.ProgramRule, row, by_id)


def _state_rule(row: models.StateRule, by_id: dict) -> reference.StateRule:
    return value(reference.StateRule, row, by_id)
