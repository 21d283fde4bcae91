"""The kinds of file that can be imported, by name."""

from drugs.importers import addendum_b, addendum_bb, asp, ndc_crosswalk

KINDS = {module.KIND.name: module.KIND for module in (asp, addendum_b, addendum_bb, ndc_crosswalk)}
