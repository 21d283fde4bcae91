"""Amounts met in one plan year, and what is left of each limit.

Written for both number types (`money.INTS`, `money.ARRAYS`): a limit or an amount met is an int, or an array
with one element a case.
"""

from collections.abc import Mapping

from .case import Pool
from .money import NO_LIMIT, plus, stops


class Accumulators:
    """What each member and the family have met of a plan's pools of one side (deductible, or maximum)."""

    def __init__(self, pools: Mapping[str, Pool], by_family: bool = True, by_member: bool = True):
        """Amounts met at the first line: member 0's and the family's.

        `by_family`, `by_member` False: nobody will ask what the family, or a member in all pools, has met.
        """
        self.by_family, self.by_member = by_family, by_member
        self._individual = {(name, 0): pool.met_individual for name, pool in pools.items()}
        self._family = {name: pool.met_family for name, pool in pools.items()}
        self._in_all_pools = {0: sum(pool.met_individual for pool in pools.values())}
        self._reached: set[tuple[str, int]] = set()

    def reset(self):
        """A later plan year begins: every pool returns to zero."""
        self._individual.clear()
        self._family.clear()
        self._in_all_pools.clear()
        self._reached.clear()

    def left(self, x, name: str, pool: Pool, member: int):
        """What the pool may still take from this member. Met above the limit leaves 0.

        Amounts met only grow within a plan year: where nothing is left (in any case), nothing will be.
        """
        if (name, member) in self._reached:
            return 0
        left = self._left(x, name, pool, member)
        if not x.any(left):
            self._reached.add((name, member))
            return 0
        return left

    def _left(self, x, name: str, pool: Pool, member: int):
        if not stops(pool.family):
            return self._left_of_person(x, name, pool, member)
        family = x.above(pool.family, self.met_by_family(name))
        person = self._left_of_person(x, name, pool, member)
        if pool.aggregate:
            return x.where(pool.family < NO_LIMIT, family, person)
        return x.minimum(person, family) if stops(person) else family

    def _left_of_person(self, x, name: str, pool: Pool, member: int):
        if not stops(pool.individual):
            return NO_LIMIT
        return x.above(pool.individual, self.met(name, member))

    def credit(self, name: str, member: int, amount):
        self._individual[name, member] = plus(self.met(name, member), amount)
        if self.by_family:
            self._family[name] = plus(self.met_by_family(name), amount)
        if self.by_member:
            self._in_all_pools[member] = plus(self._in_all_pools.get(member, 0), amount)

    def met(self, name: str, member: int):
        return self._individual.get((name, member), 0)

    def met_by_family(self, name: str):
        return self._family.get(name, 0)

    def met_in_all_pools(self, x, member: int, by_family):
        """The HSA rule's measure: all pools together, the member's or (mask `by_family`) the family's."""
        return x.where(by_family, sum(self._family.values()), self._in_all_pools.get(member, 0))


class EncounterSums:
    """What the lines of one encounter and member that name the same cap have finally charged so far.

    Deductibles are kept apart from copays and coinsurance: whether they count is for the cap of the line at
    hand to say, also where an encounter crosses into a plan year whose cap says otherwise.
    """

    def __init__(self):
        self._deductible = {}
        self._other = {}

    def charged(self, x, cap: str, encounter, member: int, includes_deductible):
        key = cap, encounter, member
        return plus(self._other.get(key, 0), x.where(includes_deductible, self._deductible.get(key, 0), 0))

    def add(self, cap: str, encounter, member: int, deductible, other):
        key = cap, encounter, member
        self._deductible[key] = plus(self._deductible.get(key, 0), deductible)
        self._other[key] = plus(self._other.get(key, 0), other)
