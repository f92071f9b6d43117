"""Audiences: groups that a brand makes of its customers, or that their answers make, and that rules and offers may ask
for."""

from assidu.decisions.decision import AudienceMove, Decision, RefusalCode, Refused
from assidu.decisions.events import Activity, AudienceChange
from assidu.decisions.facts import Facts
from assidu.decisions.plan import Plan
from assidu.decisions.state import Membership, State


def decide_audience_change(plan: Plan, facts: Facts, event: AudienceChange) -> Decision | Refused:
    """Entering twice, or leaving what one was not in, changes nothing and is no mistake."""
    if facts.state.membership is Membership.ABSORBED:
        return Refused(RefusalCode.ABSORBED)
    if event.audience not in plan.audiences:
        return Refused(RefusalCode.UNKNOWN_AUDIENCE, subject=event.audience)
    return Decision(plan.version, audience=AudienceMove(event.audience, event.is_in))


def moved_by_answers(plan: Plan, state: State, event: Activity) -> tuple[AudienceMove, ...]:
    """Of each question that was answered: into the audiences of the answer, out of those of the others. It counts from
    the next event on."""
    moves = []
    for question, given in event.answers:
        for audience, wanted in plan.answers.get(question, {}).items():
            is_in = not wanted.isdisjoint(given)
            if is_in != (audience in state.audiences):
                moves.append(AudienceMove(audience, is_in))
    return tuple(moves)


def answers_brought(plan: Plan, mine: State, theirs: State) -> tuple[AudienceMove, ...]:
    """What a merger brings: where the survivor is in none of a question's audiences, those of who was absorbed."""
    return tuple(
        [
            AudienceMove(audience, is_in=True)
            for asked in plan.answers.values()
            if mine.audiences.isdisjoint(asked)
            for audience in asked
            if audience in theirs.audiences
        ]
    )
