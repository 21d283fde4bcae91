"""The cost module: what a treatment costs, claim line by claim line. Pure Python and NumPy.

Nothing here knows Django, a clock, a database or a DataFrame. Values go in frozen and come out frozen;
money is integer cents, rates are thousandths of a percent (20000 = 20 %).
"""

from .case import Case
from .contract import CaseError, read_case
from .result import Simulation, Totals
from .simulate import simulate

__all__ = ["Case", "CaseError", "Simulation", "Totals", "read_case", "simulate"]
