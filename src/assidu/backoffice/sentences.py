"""Codes of the trail and of refusals, as sentences."""

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from assidu.backoffice.programme import Programme
from assidu.customers.accounts import AccountRole
from assidu.customers.types import NotAnIdentifier
from assidu.decisions.decision import Refused as NotDecided
from assidu.foundation.people.types import Refusal
from assidu.loyalty.entries import Conflict, Outcome, UnknownCustomer
from assidu.plans.wording import language_of, refusal

REFUSALS: dict[Refusal, str | Promise] = {
    Refusal.EMAIL_TAKEN: _("Someone already signs in with this e-mail."),
    Refusal.EMAIL_INVALID: _("This is not a complete e-mail address."),
    Refusal.UNKNOWN_ROLE: _("Choose at least one role."),
    Refusal.UNKNOWN_SCOPE: _("Choose at least one thing that the key may do."),
    Refusal.SCOPE_NOT_HELD: _("A key is only given what you may do yourself."),
    Refusal.UNKNOWN_PERSON: _("This person no longer has a sign-in."),
    Refusal.LAST_ADMINISTRATOR: _(
        "Somebody must remain who can manage people: give that role to someone else first."
    ),
    Refusal.WRONG_PASSWORD: _("The e-mail or the password is not right."),
    Refusal.LOCKED: _(
        "Too many tries. Wait a quarter of an hour, or ask someone who manages people for a new link."
    ),
    Refusal.LINK_EXPIRED: _("This link has been used or is too old. Ask for a new one."),
}

ACTIONS: dict[str, str | Promise] = {
    "sign_in.done": _("Signed in"),
    "sign_in.refused": _("Sign-in refused"),
    "sign_in.locked": _("Sign-in locked after too many tries"),
    "sign_out.done": _("Signed out"),
    "access.refused": _("Page refused for lack of permission"),
    "person.created": _("Gave someone a sign-in"),
    "person.link_renewed": _("Made a new link to choose a password"),
    "person.password_chosen": _("Chose a password from an invitation"),
    "person.password_changed": _("Changed the password"),
    "person.password_set": _("Gave someone a new password"),
    "person.access_changed": _("Changed someone's access"),
    "key.created": _("Made an API key"),
    "key.revoked": _("Revoked an API key"),
    "list.exported": _("Exported a list"),
    "customer.looked_at": _("Looked at a customer"),
    "customer.written": _("Wrote what is known of a customer"),
    "customer.exported": _("Exported a customer's file"),
    "customer.erased": _("Erased a customer's personal data"),
    "customer.joined": _("Made someone a member"),
    "customer.left": _("Took someone out of the programme"),
    "customer.suspended": _("Suspended a membership"),
    "customer.resumed": _("Resumed a membership"),
    "terms.accepted": _("Recorded that a member accepted the terms"),
    "referral.code_given": _("Gave a member their code for bringing others"),
    "activity.told": _("Recorded an activity of a customer"),
    "customer.not_a_duplicate": _("Said that two records are two people"),
    "customer.merged": _("Merged two customers"),
    "customer.separated": _("Undid a merger"),
    "account.opened": _("Opened a household or a company"),
    "account.member_added": _("Put somebody in a household or a company"),
    "account.member_removed": _("Took somebody out of a household or a company"),
    "account.roles_set": _("Said what somebody is in their household or company"),
    "customer.link_made": _("Made a link to a customer's own statement"),
    "customer.links_revoked": _("Closed the links to a customer's own statement"),
    "customer.taken_over": _("Took someone over from an earlier programme"),
    "reward.given": _("Exchanged points for a reward"),
    "ticket.attached": _("Attached a ticket to a customer"),
    "ticket.typed": _("Recorded a ticket by hand"),
    "balance.corrected": _("Corrected a balance"),
    "balance.transferred": _("Gave from one member to another"),
    "hold.placed": _("Set units aside for a purchase"),
    "hold.released": _("Released what was set aside"),
    "status.granted": _("Gave a status"),
    "reward.handed_over": _("Handed a reward over"),
    "reward.called_off": _("Called a reward off"),
    "correction.asked": _("Asked for a correction that a second person decides on"),
    "correction.approved": _("Approved a correction"),
    "correction.refused": _("Refused a correction"),
    "transfer.asked": _("Asked for a transfer that a second person decides on"),
    "transfer.approved": _("Approved a transfer"),
    "transfer.refused": _("Refused a transfer"),
    "statement.closed": _("Closed a partner's statement"),
    "month.closed": _("Closed a month"),
    "liability.policy_set": _("Set what units cost and the account numbers"),
    "assumptions.saved": _("Saved a set of assumptions"),
    "audience.changed": _("Put somebody in an audience, or took them out"),
    "plan.draft_opened": _("Began a draft of the programme"),
    "plan.draft_dropped": _("Dropped a draft of the programme"),
    "plan.tried": _("Tried a draft on a day's receipts"),
    "plan.submitted": _("Submitted a draft for approval"),
    "plan.approved": _("Approved a draft"),
    "plan.sent_back": _("Sent a draft back"),
    "plan.published": _("Put a version of the programme into service"),
    "rate.set": _("Set a rate of another money"),
    "promotion.told": _("Told promotions of the calendar"),
    "promotion.removed": _("Took a promotion out of the calendar"),
    "draw.revealed": _("Told the secret of a draw"),
    "draw.drawn": _("Drew among the entries of a draw"),
    "offer.allotted": _("Allotted an offer"),
    "offer.activated": _("Activated an offer for a customer"),
    "offer.withdrawn": _("Took an offer back"),
    "offer.allotment_undone": _("Took an allotment of an offer back"),
    "offer.codes_made": _("Made codes of an offer"),
    "offer.codes_withdrawn": _("Took codes of an offer back"),
    "plan.withdrawn": _("Withdrew a version before it began"),
    "plan.threshold_set": _("Set from which cost on a second person approves"),
    "plan.checked": _("Checked a version of the programme"),
    "rebuild.verified": _("Checked that every balance follows from what was recorded"),
    "simulation.run": _("Ran a simulation"),
    "fairness.run": _("Looked at fairness"),
    "fairness.cancelled": _("Stopped a look at fairness"),
    "simulation.cancelled": _("Stopped a simulation"),
    "discounts.run": _("Looked at what discounts do"),
    "discounts.cancelled": _("Stopped a look at discounts"),
    "trial.run": _("Tried plans on the customers"),
    "trial.cancelled": _("Stopped a trial of plans"),
}

REJECTS: dict[str, str | Promise] = {
    "bad_value": _("A value is not of the kind that is asked for"),
    "bad_time": _("The time cannot be read"),
    "bad_length": _("A value is too long"),
    "bad_subject": _("The card, telephone or e-mail is not complete"),
    "invalid_subject": _("The card, telephone or e-mail is not complete"),
    "unknown_value": _("A value that the mapping does not know"),
    "missing_value": _("A value is missing"),
    "missing_field": _("A field is missing"),
    "missing_subject": _("It says nothing of whom it is about"),
    "unknown_field": _("A field that events do not have"),
    "unknown_type": _("An event of an unknown type"),
    "unreadable_row": _("The row cannot be read"),
    "no_identifier": _("Nothing says who the customer is"),
    "unknown_customer": _("Nobody has this card, telephone or e-mail"),
    "unknown_sale": _("The original ticket is not known"),
    "unknown_reward": _("A reward that the programme does not have"),
    "unknown_line": _("The original ticket has no such line"),
    "return_exceeds_sale": _("More came back than was bought"),
    "nothing_left_to_return": _("Everything had already come back"),
    "returned_line_changed": _("The change takes away what had already come back"),
    "not_a_member": _("Not a member on that day"),
    "already_a_member": _("Already a member"),
    "insufficient_balance": _("The balance was not enough"),
    "other_kind": _("The account is known as one of another kind"),
    "no_such_accounts": _("The programme has no accounts of this kind"),
    "in_account": _("Already in another household or company"),
    "not_in_account": _("Not in this household or company"),
    "account_full": _("As many are in the account as the programme allows"),
    "account_closed": _("The account is closed"),
    "not_an_account": _("Not a household and not a company"),
    "not_a_person": _("An account enters no other account"),
    "suspended": _("The membership is suspended"),
    "money_not_accepted": _("A money that the programme does not accept"),
    "no_rate": _("No rate is known for that day or before"),
    "rate_too_old": _("The last known rate is too old"),
    "amount_out_of_range": _("Converted, it is larger than any ticket can be"),
    "return_in_other_money": _("The original ticket was not paid in this money"),
    "rate_without_currency": _("A rate without the money that it is of"),
    "bad_rate": _("The rate is not one"),
    "idempotency_conflict": _("The same number was sent before, with another content"),
    "ticket_conflict": _("The ticket was told before, with another customer or amount"),
    "key_conflict": _("The same number was sent before, with another content"),
    "conflict": _("The same number was sent before, with another content"),
    "invalid_event": _("The event is not complete"),
    "malformed": _("It cannot be read"),
    "too_deep": _("It is nested too deeply"),
    "too_large": _("It is too large"),
    "incomplete_group": _("A row beside it cannot be read"),
    "unknown_kind": _("Neither a card nor a telephone nor an e-mail"),
    "not_a_card": _("Not the number of a card"),
    "not_a_phone": _("Not a telephone number"),
    "not_an_email": _("Not an e-mail address"),
    "not_an_external_id": _("Not the number of another system: write source:number"),
    "not_a_customer_id": _("Not the number of a customer"),
    "already_suspended": _("The membership is suspended already"),
    "not_suspended": _("The membership is not suspended"),
    "unknown_terms": _("Terms that the programme does not have"),
    "programme_closed": _("The programme is closing"),
    "customer_absorbed": _("The record was merged into another one"),
    "unknown_currency": _("A currency that the programme does not have"),
    "currency_cannot_pay": _("A currency that nothing is paid with"),
    "payment_too_small": _("Less than what may be used at a time"),
    "quantity_too_small": _("The quantity is too small"),
    "pays_more_than_ticket": _("More was used than the ticket comes to"),
    "unknown_tier": _("A status that the programme does not have"),
    "nothing_due": _("Nothing was due"),
    "same_customer": _("Twice the same customer"),
    "hold_not_open": _("What was set aside is not there any more"),
    "too_many_holds": _("Too much is set aside already"),
    "not_transferable": _("A currency that is not given to others"),
    "transfer_limit": _("More than what may be given to others"),
    "receiver_not_a_member": _("Who would receive it is not a member"),
    "not_merged": _("The two records were not merged"),
    "second_person_needed": _("A second person decides on it"),
    "unknown_draw": _("A draw that the programme does not have"),
    "unknown_offer": _("An offer that the programme does not have"),
    "offer_over": _("The offer is over"),
    "offer_not_allotted": _("The offer was not allotted to them"),
    "already_allotted": _("The offer is theirs already"),
    "offer_begun": _("The offer was begun already"),
    "unknown_activity": _("An activity that the programme does not have"),
    "unknown_audience": _("An audience that the programme does not have"),
    "already_over": _("Already over on that day"),
    "reward_not_for_them": _("The reward is not for them"),
    "reward_not_here": _("The reward is not given in this store"),
    "unknown_session": _("A session that the reward does not have"),
    "out_of_stock": _("None is left"),
    "unknown_request": _("A reward that nobody asked for"),
    "already_used": _("Already used"),
    "nothing_to_hand_over": _("Nothing is left to hand over"),
    "whole_account": _("Only the whole account can do this"),
}

ACCOUNT_ROLES: dict[AccountRole, str | Promise] = {
    AccountRole.HOLDER: _("Holder"),
    AccountRole.MEMBER: _("Member of the household"),
    AccountRole.PRESCRIBER: _("Prescriber"),
    AccountRole.REQUESTER: _("Requester"),
    AccountRole.DECIDER: _("Decider"),
    AccountRole.BUYER: _("Buyer"),
    AccountRole.PAYER: _("Payer"),
    AccountRole.USER: _("User"),
}

GROUPS: tuple[tuple[str, str | Promise], ...] = (
    ("sign_in", _("Sign-ins")),
    ("person", _("People")),
    ("key", _("API keys")),
    ("access", _("Refusals")),
    ("list", _("Exports")),
    ("customer", _("Customers")),
    ("account", _("Households and companies")),
    ("balance", _("Corrections")),
    ("reward", _("Rewards")),
    ("ticket", _("Tickets")),
    ("plan", _("Programme")),
    ("simulation", _("Simulations")),
)

PLACES: dict[str, str | Promise] = {
    "screen": _("on screen"),
    "key": _("by API"),
    "command": _("by command"),
}

FIELDS: dict[str, str | Promise] = {
    "roles": _("Roles"),
    "stores": _("Stores"),
    "store": _("Store"),
    "is_active": _("May sign in"),
    "scopes": _("May"),
    "page": _("On the page"),
    "currency": _("Currency"),
    "quantity": _("Quantity"),
    "to": _("Receiver"),
    "reward": _("Reward"),
    "event": _("Event"),
    "source": _("Source"),
    "reason_code": _("In a word"),
    "correction": _("Correction"),
    "absorbed": _("Merged record"),
    "other": _("Other record"),
    "customers": _("Records"),
    "identifiers": _("Identifiers"),
    "event_fields": _("Fields of events"),
    "events": _("Events"),
    "days": _("Days"),
    "links": _("Links"),
    "differences": _("Differences"),
    "repaired": _("Put right"),
    "rate": _("Rate"),
    "day": _("Day"),
    "count": _("Number"),
    "promotions": _("Promotions"),
    "lines": _("Lines"),
}

OBJECTS: dict[str, str | Promise] = {
    "person": _("person"),
    "customer": _("customer"),
    "key": _("key"),
    "list": _("list"),
    "permission": _("permission"),
    "plan": _("version"),
    "simulation": _("simulation"),
    "event": _("event"),
    "draft": _("draft"),
    "programme": _("programme"),
    "offer": _("offer"),
    "draw": _("draw"),
    "money": _("money"),
    "promotion": _("promotion"),
}


def action_sentence(action: str) -> str:
    """An action without a sentence yet shows its code: the trail never hides a line."""
    return str(ACTIONS.get(action, action))


def refusal_sentence(reason: Refusal) -> str:
    return str(REFUSALS[reason])


def outcome_sentence(outcome: Outcome | NotAnIdentifier, programme: Programme) -> str:
    """Why an action on a customer was not done."""
    match outcome:
        case NotDecided():
            return refusal(outcome, programme.document, language_of(get_language()))
        case NotAnIdentifier():
            return gettext("The card, telephone or e-mail is not complete.")
        case UnknownCustomer():
            return gettext("Nobody has this identifier.")
        case Conflict():
            return gettext("This was already recorded, otherwise.")
        case _:
            return gettext("This was already recorded.")


def reject_sentence(code: str) -> str:
    """Why a record was set aside; a code without a sentence yet is shown itself."""
    return str(REJECTS.get(code, code))
