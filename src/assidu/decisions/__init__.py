"""The pure core: everything that is promised to a customer is decided here, and only here.

``decide(plan, facts, event)`` says what happens; ``evolve(state, event, decision)`` says what is so afterwards.
No database, network, clock or chance: the shell passes in what is needed and does what comes out.
"""

from assidu.decisions.decide import SEMANTICS_VERSION, decide
from assidu.decisions.evolve import evolve

__all__ = ["SEMANTICS_VERSION", "decide", "evolve"]
