"""Everything that is said about programmes and decisions, in French and English: figures in, sentences out."""

from assidu.plans.wording.changes import change
from assidu.plans.wording.description import Description, describe
from assidu.plans.wording.language import Language, language_of, text_in
from assidu.plans.wording.problems import placed_problem, problem
from assidu.plans.wording.reasons import reason, refusal, tier_cause
from assidu.plans.wording.receipts import receipt, short_receipt

__all__ = [
    "Description",
    "Language",
    "change",
    "describe",
    "language_of",
    "placed_problem",
    "problem",
    "reason",
    "receipt",
    "refusal",
    "short_receipt",
    "text_in",
    "tier_cause",
]
