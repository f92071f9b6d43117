"""What the programme is for (ranked): rules and offers say which objective they serve."""

from assidu.plans.document.parts import Code, Part, Text

OBJECTIVES_MAX = 50


class Objective(Part, frozen=True, kw_only=True):
    """A goal of the brand, for example a second purchase. The first of the list comes first where two conflict."""

    code: Code
    name: Text
