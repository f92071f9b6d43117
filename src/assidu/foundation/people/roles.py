"""Who may see and do what: the one table, read from top to bottom.

A person has one or more roles; what they may do is the union. A permission is named for what it lets someone
do, never for a screen, so that the same name guards the page, the API and the command.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PERMISSIONS: Final[dict[str, str | Promise]] = {
    "dashboard.view": _("See the dashboard, and figures of the whole programme"),
    "customers.view": _("Look at customers and their history"),
    "customers.every_store": _("See the customers of every store"),
    "customers.contact": _("See e-mail addresses, telephone numbers and postal addresses"),
    "customers.export": _("Export lists of customers, or one customer's file"),
    "customers.edit": _("Serve customers: let them join or leave, exchange rewards, merge duplicates"),
    "customers.erase": _("Erase a customer's personal data"),
    "ledger.correct": _("Correct a balance, grant a goodwill gesture"),
    "offers.allot": _("Allot offers to audiences and lists of customers"),
    "plan.view": _("Read the programme and its versions"),
    "plan.edit": _("Prepare a new version of the programme"),
    "plan.approve": _("Approve a version of the programme that somebody else wrote"),
    "plan.publish": _("Publish a version of the programme"),
    "plan.threshold": _("Say from which cost on a second person approves a version"),
    "catalogue.edit": _("Set rates of other moneys, call promotions of the calendar off"),
    "partners.view": _("See what partners are owed"),
    "partners.settle": _("Close a partner's statement"),
    "simulate.run": _("Replay the past under other rules"),
    "economics.view": _("See what the programme owes and what it should bring"),
    "economics.close": _("Close months, set what units cost and the account numbers"),
    "sources.view": _("See sources, imports and rejected records"),
    "people.manage": _("Invite people, change roles, deactivate"),
    "keys.manage": _("Create and revoke API keys"),
    "audit.view": _("Read the audit trail and who looked at whom"),
    "system.view": _("See the state of the system"),
}

_LOOK = frozenset({"dashboard.view", "customers.view", "customers.every_store", "plan.view"})
_SERVE = _LOOK | {"customers.contact", "customers.edit"}
_DESIGN = _LOOK | {"plan.edit", "simulate.run"}


@dataclass(frozen=True, slots=True)
class Role:
    name: str
    label: str | Promise
    purpose: str | Promise
    permissions: frozenset[str]


ROLES: Final[dict[str, Role]] = {
    role.name: role
    for role in (
        Role(
            "management",
            _("Management"),
            _("Reads every figure, decides what goes live"),
            _DESIGN
            | {
                "customers.contact",
                "offers.allot",
                "partners.view",
                "economics.view",
                "plan.approve",
                "plan.publish",
                "plan.threshold",
                "audit.view",
                "sources.view",
            },
        ),
        Role(
            "marketing",
            _("Marketing"),
            _("Designs the programme and tries it on the past"),
            _DESIGN
            | {
                "customers.contact",
                "customers.export",
                "offers.allot",
                "plan.approve",
                "plan.publish",
                "catalogue.edit",
            },
        ),
        Role(
            "store",
            _("Store"),
            _(
                "Serves customers in their own stores: lists and histories show who joined or bought there; anyone "
                "else is found by their whole card or telephone number, and each look is kept"
            ),
            _SERVE - {"customers.every_store", "dashboard.view"},
        ),
        Role(
            "service",
            _("Customer service"),
            _("Answers customers, corrects what went wrong"),
            _SERVE | {"ledger.correct", "customers.export"},
        ),
        Role(
            "data",
            _("Data"),
            _("Feeds and checks the sources, measures"),
            _LOOK
            | {
                "simulate.run",
                "economics.view",
                "sources.view",
                "customers.export",
                "system.view",
                "catalogue.edit",
            },
        ),
        Role(
            "finance",
            _("Finance"),
            _("Follows cost and the points provision"),
            _LOOK
            | {
                "simulate.run",
                "economics.view",
                "economics.close",
                "plan.approve",
                "partners.view",
                "partners.settle",
                "audit.view",
                "catalogue.edit",
            },
        ),
        Role(
            "it",
            _("IT"),
            _("Runs the system, gives people and programs access"),
            frozenset({"dashboard.view", "plan.view", "sources.view", "system.view"})
            | {"people.manage", "keys.manage", "audit.view"},
        ),
        Role(
            "legal",
            _("Legal, data protection"),
            _("Answers requests for access and erasure, reads the trails"),
            _LOOK | {"customers.contact", "customers.export", "customers.erase", "audit.view"},
        ),
        Role(
            "consultant",
            _("Consultant"),
            _("Studies and proposes, sees no contact details"),
            _DESIGN | {"economics.view"},
        ),
        Role(
            "agency",
            _("Agency"),
            _("Reads the programme and its results"),
            frozenset({"dashboard.view", "plan.view"}),
        ),
        Role(
            "integrator",
            _("Integrator"),
            _("Connects tills, sites and files"),
            frozenset({"plan.view", "sources.view", "keys.manage", "system.view"}),
        ),
    )
}

SCOPES: Final[dict[str, str | Promise]] = {
    "events:write": _("Record sales and other events"),
    "events:past": _("Record sales that have happened, whether the balance covers their payments or not"),
    "evaluate": _("Preview what a basket would earn"),
    "customers:read": _("Read customers, balances and explanations"),
    "customers:write": _("Create and change customers, end memberships"),
    "customers:merge": _("Merge two records of one person"),
    "customers:link": _("Make links with which customers read their own statement, and close them"),
    "customers:import": _("Take over members of an earlier programme, with their balances"),
    "corrections:write": _("Correct balances, grant goodwill gestures"),
    "offers:write": _("Allot offers to audiences and lists of customers, and take them back"),
    "ledger:read": _("Read statements"),
    "plan:read": _("Read the programme"),
    "plan:write": _("Send a new version of the programme"),
    "kpis:read": _("Read the programme's key figures"),
    "simulate": _("Replay the past under other rules"),
    "partners:read": _("Read what partners are owed, and their statements"),
    "partners:write": _("Close statements with partners"),
    "catalogue:write": _("Set rates of other moneys, tell the calendar of promotions"),
    "economics:read": _("Read what the programme owes and what it should bring"),
    "economics:write": _("Close months, save assumptions, set what units cost"),
    "admin": _("Administer people, keys and sources"),
}


GRANTED_BY: Final[dict[str, frozenset[str]]] = {
    "events:write": frozenset({"keys.manage"}),
    "events:past": frozenset({"keys.manage"}),
    "evaluate": frozenset({"keys.manage"}),
    "customers:read": frozenset({"customers.view", "customers.every_store"}),
    "customers:write": frozenset(
        {"customers.edit", "customers.contact"}
    ),  # with it, contact details are read
    "customers:merge": frozenset({"customers.edit"}),
    "customers:link": frozenset({"customers.edit"}),
    "customers:import": frozenset({"customers.edit", "ledger.correct"}),
    "corrections:write": frozenset({"ledger.correct"}),
    "offers:write": frozenset({"offers.allot"}),
    "ledger:read": frozenset({"customers.view", "customers.every_store"}),
    "plan:read": frozenset({"plan.view"}),
    "plan:write": frozenset({"plan.publish"}),
    "kpis:read": frozenset({"dashboard.view"}),
    "simulate": frozenset({"simulate.run"}),
    "partners:read": frozenset({"partners.view"}),
    "partners:write": frozenset({"partners.settle"}),
    "catalogue:write": frozenset({"keys.manage"}),
    "economics:read": frozenset({"economics.view"}),
    "economics:write": frozenset({"economics.view", "economics.close"}),
    "admin": frozenset({"people.manage"}),
}
"""What somebody who makes keys must be allowed themselves, to give a key this scope. Connecting tills is what makers of
keys are for; whoever manages people could give themselves any role, and so any scope."""


def scopes_grantable_with(permissions: frozenset[str]) -> frozenset[str]:
    if "people.manage" in permissions:
        return frozenset(SCOPES)
    return frozenset(scope for scope, needed in GRANTED_BY.items() if needed <= permissions)


def permissions_of(roles: tuple[str, ...]) -> frozenset[str]:
    """Everything that someone with these roles may do; a role that no longer exists allows nothing."""
    return frozenset().union(*(ROLES[name].permissions for name in roles if name in ROLES))


for _role in ROLES.values():
    assert _role.permissions <= PERMISSIONS.keys(), _role.name
assert GRANTED_BY.keys() == SCOPES.keys()
assert frozenset().union(*GRANTED_BY.values()) <= PERMISSIONS.keys()
