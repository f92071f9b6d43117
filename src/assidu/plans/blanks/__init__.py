"""A programme filled in like a form: its typed parts as sentences with blanks, and what is written in them read back.

Everything follows the types of ``plans.document``: a new class or field appears by itself, with the words that
``plans.wording.blanks`` gives it. A form is texts by name, as browsers send them: the name of a blank is the way to
its field (``when.channels``), and ``has`` lists the optional fields that are there.
"""

from assidu.plans.blanks.filling import Filled, fill
from assidu.plans.blanks.form import Blank, Clause, Form, Group, Option, form_of
from assidu.plans.blanks.parts import Member, can_hold, lists, members, whole, whole_at, wholes
from assidu.plans.blanks.texts import Texts, added, begun, removed, texts_of

__all__ = [
    "Blank",
    "Clause",
    "Filled",
    "Form",
    "Group",
    "Member",
    "Option",
    "Texts",
    "added",
    "begun",
    "can_hold",
    "fill",
    "form_of",
    "lists",
    "members",
    "removed",
    "texts_of",
    "whole",
    "whole_at",
    "wholes",
]
