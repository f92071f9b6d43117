"""What customers can ask in exchange for what they earned."""

from assidu.plans.document.parts import Code, Part, Text, Units


class Side(Part, frozen=True, kw_only=True):
    """Units of a currency."""

    currency: Code
    units: Units = 1


class Reward(Part, frozen=True, kw_only=True):
    """What customers can ask in exchange for what they earned."""

    code: Code
    name: Text
    costs: Side
    gives: Side
