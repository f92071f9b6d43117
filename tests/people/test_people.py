"""People, what they may do, and the trail that they leave."""

import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from assidu.foundation import clock
from assidu.foundation.people import actions, queries
from assidu.foundation.people.roles import PERMISSIONS, ROLES, SCOPES
from assidu.foundation.people.types import COMMAND_LINE, Actor, Invitation, Person, Refusal, Refused

pytestmark = pytest.mark.django_db
PASSWORD = "quatre mots bien choisis"


def person(
    email: str = "anne@exemple.fr", roles: tuple[str, ...] = ("it",), password: str = PASSWORD
) -> Person:
    made = actions.create_person(email, "Anne Roche", roles, COMMAND_LINE, password=password)
    assert isinstance(made, Person)
    return made


def test_a_person_may_do_what_any_of_their_roles_allows() -> None:
    both = person(roles=("finance", "service"))
    assert both.may("simulate.run")
    assert both.may("ledger.correct")
    assert not both.may("people.manage")


def test_every_role_opens_at_least_one_page_and_every_permission_belongs_to_a_role() -> None:
    assert all(role.permissions for role in ROLES.values())
    assert frozenset().union(*(role.permissions for role in ROLES.values())) == PERMISSIONS.keys()


def test_consultants_and_agencies_see_no_contact_details() -> None:
    assert not any(
        "customers.contact" in ROLES[name].permissions for name in ("consultant", "agency", "integrator")
    )


def test_an_email_belongs_to_one_person_whatever_its_capitals() -> None:
    person("anne@exemple.fr")
    again = actions.create_person("Anne@Exemple.fr", "Autre", ["it"], COMMAND_LINE)
    assert again == Refused(Refusal.EMAIL_TAKEN)


@pytest.mark.parametrize("email", ["", "anne", "anne@", "a b@exemple.fr", "anne@exemple"])
def test_an_incomplete_email_is_refused(email: str) -> None:
    assert actions.create_person(email, "Anne", ["it"], COMMAND_LINE) == Refused(Refusal.EMAIL_INVALID)


def test_an_unknown_role_is_refused() -> None:
    assert actions.create_person("a@exemple.fr", "A", ["king"], COMMAND_LINE) == Refused(Refusal.UNKNOWN_ROLE)


def test_a_deactivated_person_may_do_nothing_and_cannot_sign_in() -> None:
    person("chef@exemple.fr")
    gone = person("parti@exemple.fr")
    changed = actions.change_access(gone.id, ["it"], [], False, COMMAND_LINE)
    assert isinstance(changed, Person)
    assert changed.permissions == frozenset()
    assert actions.check_sign_in("parti@exemple.fr", PASSWORD, "1.2.3.4") == Refused(Refusal.WRONG_PASSWORD)


def test_somebody_always_remains_who_can_manage_people() -> None:
    alone = person()
    assert actions.change_access(alone.id, ["agency"], [], True, COMMAND_LINE) == Refused(
        Refusal.LAST_ADMINISTRATOR
    )
    assert actions.change_access(alone.id, ["it"], [], False, COMMAND_LINE) == Refused(
        Refusal.LAST_ADMINISTRATOR
    )
    assert queries.person(alone.id).may("people.manage")


def test_an_invitation_works_once() -> None:
    invited = actions.invite("neuf@exemple.fr", "Neuf", ["store"], COMMAND_LINE, stores=["317"])
    assert isinstance(invited, Invitation)
    assert not invited.person.has_signed_up
    assert isinstance(actions.accept_invitation(invited.person.id, invited.token, PASSWORD), Person)
    again = actions.accept_invitation(invited.person.id, invited.token, "un autre mot de passe")
    assert again == Refused(Refusal.LINK_EXPIRED)
    assert isinstance(actions.check_sign_in("NEUF@exemple.fr", PASSWORD, "1.2.3.4"), Person)


def test_guessing_locks_the_email_for_a_quarter_of_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    person()
    for _ in range(queries.FAILURES_PER_EMAIL):
        assert actions.check_sign_in("anne@exemple.fr", "faux", "1.2.3.4") == Refused(Refusal.WRONG_PASSWORD)
    assert actions.check_sign_in("anne@exemple.fr", PASSWORD, "5.6.7.8") == Refused(Refusal.LOCKED)
    later = clock.now() + queries.LOCK + timedelta(seconds=1)
    monkeypatch.setenv(clock.VARIABLE, later.isoformat())
    assert isinstance(actions.check_sign_in("anne@exemple.fr", PASSWORD, "5.6.7.8"), Person)


def test_an_unknown_email_is_locked_like_a_known_one_so_that_nothing_is_learnt() -> None:
    for _ in range(queries.FAILURES_PER_EMAIL):
        assert actions.check_sign_in("nobody@exemple.fr", "x", "1.2.3.4") == Refused(Refusal.WRONG_PASSWORD)
    assert actions.check_sign_in("nobody@exemple.fr", "x", "1.2.3.4") == Refused(Refusal.LOCKED)


def test_a_change_of_access_is_on_the_trail_with_before_and_after() -> None:
    boss, hugo = person("chef@exemple.fr"), person("hugo@exemple.fr", ("store",))
    actions.change_access(hugo.id, ["service"], ["317"], True, Actor(boss.id, request_id="r-1"))
    entry = queries.audit_trail(action="person.access_changed").entries[0]
    assert (entry.person_id, entry.object_id, entry.request_id) == (boss.id, str(hugo.id), "r-1")
    assert entry.before == {"roles": ["store"], "stores": [], "is_active": True}
    assert entry.after == {"roles": ["service"], "stores": ["317"], "is_active": True}


def test_the_trail_holds_no_name_and_no_address() -> None:
    invited = actions.invite("secret@exemple.fr", "Prénom Secret", ["store"], COMMAND_LINE)
    assert isinstance(invited, Invitation)
    actions.check_sign_in("secret@exemple.fr", "faux", "203.0.113.9")
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(a::text, ' ') FROM people_audit a")
        written = cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(f::text, ' ') FROM people_signin_failure f")
        written += cursor.fetchone()[0]
    assert not any(word in written.lower() for word in ("secret", "exemple", "203.0.113"))


@pytest.mark.parametrize("table", ["people_audit", "people_look"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_trails_cannot_be_changed_by_the_server(table: str, verb: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb.format(table))


def test_the_trail_is_read_page_by_page_and_found_by_words() -> None:
    boss = person()
    for number in range(5):
        actions.record(Actor(boss.id, request_id=f"req-{number}"), "list.exported", "list", "customers")
    first = queries.audit_trail(action="list.", limit=3)
    assert first.before is not None
    rest = queries.audit_trail(action="list.", before=first.before, limit=3)
    assert [entry.request_id for entry in (*first.entries, *rest.entries)] == [
        f"req-{n}" for n in (4, 3, 2, 1, 0)
    ]
    assert rest.before is None
    assert len(queries.audit_trail(search="anne").entries) == 5
    assert len(queries.audit_trail(search="req-2").entries) == 1


def test_who_looked_at_whom_is_kept() -> None:
    boss, customer = person(), uuid.uuid4()
    actions.record_look(Actor(boss.id), customer, "customer")
    (look,) = queries.looks(customer_id=customer).entries
    assert (look.person_name, look.page) == ("Anne Roche", "customer")


def test_a_look_at_the_command_line_is_in_the_customer_s_own_list_and_in_the_trail() -> None:
    customer = uuid.uuid4()
    actions.record_look(COMMAND_LINE, customer, "command")
    (look,) = queries.looks(customer_id=customer).entries
    assert (look.person_id, look.person_name, look.page) == (None, "", "command")
    assert [entry.object_id for entry in queries.audit_trail(action="customer.looked_at").entries] == [
        str(customer)
    ]


def test_a_key_opens_what_its_scopes_say_until_it_is_revoked() -> None:
    made = actions.create_key("Caisse", ["evaluate"], COMMAND_LINE, store="317")
    assert not isinstance(made, Refused)
    key, secret = made
    found = queries.key_for(secret)
    assert found is not None
    assert (found.allows("evaluate"), found.allows("plan:write"), found.store) == (True, False, "317")
    assert queries.key_for(secret + "x") is None
    actions.revoke_key(key.id, COMMAND_LINE)
    assert queries.key_for(secret) is None


def test_the_secret_of_a_key_is_kept_nowhere() -> None:
    made = actions.create_key("Caisse", ["evaluate"], COMMAND_LINE)
    assert not isinstance(made, Refused)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(k::text, ' ') FROM people_key k")
        assert made[1] not in cursor.fetchone()[0]


def test_the_last_use_of_a_busy_key_is_written_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    made = actions.create_key("Caisse", ["evaluate"], COMMAND_LINE)
    assert not isinstance(made, Refused)
    for second, expected in ((0, 0), (30, 0), (61, 61)):
        monkeypatch.setenv(clock.VARIABLE, f"2026-11-22T10:0{second // 60}:{second % 60:02d}+00:00")
        actions.note_key_use(made[0].id)
        used = queries.api_key(made[0].id).last_used_at
        assert used is not None
        assert used.minute * 60 + used.second == expected


def test_changing_a_password_asks_for_the_present_one() -> None:
    anne = person()
    assert actions.change_password(anne.id, "faux", "un tout nouveau secret", Actor(anne.id)) == Refused(
        Refusal.WRONG_PASSWORD
    )
    assert isinstance(
        actions.change_password(anne.id, PASSWORD, "un tout nouveau secret", Actor(anne.id)), Person
    )


# ---------------------------------------------------------------- what a key may be given


@pytest.mark.parametrize(
    ("roles", "held", "not_held"),
    [
        (("integrator",), "events:past", "corrections:write"),
        (("integrator",), "plan:read", "admin"),
        (("integrator", "service"), "corrections:write", "plan:write"),
        (("integrator", "store"), "customers:merge", "customers:read"),  # a store's people see no other store
        (("integrator", "legal"), "customers:read", "customers:write"),
    ],
)
def test_nobody_gives_a_key_more_than_their_roles_hold(
    roles: tuple[str, ...], held: str, not_held: str
) -> None:
    maker = Actor(person("maker@exemple.fr", roles).id, request_id="r-7")
    assert isinstance(actions.create_key("till", [held], maker), tuple)
    refused = actions.create_key("till", [held, not_held], maker)
    assert refused == Refused(Refusal.SCOPE_NOT_HELD)
    assert len(queries.api_keys()) == 1
    [entry] = queries.audit_trail(action="access.refused").entries
    assert (entry.object_kind, entry.object_id, entry.request_id) == ("scope", not_held, "r-7")


def test_administrators_of_people_and_the_machine_s_owner_give_any_scope() -> None:
    administrator = Actor(person().id)
    for maker in (administrator, COMMAND_LINE):
        assert isinstance(actions.create_key("all", SCOPES, maker), tuple)


def test_who_was_deactivated_or_revoked_gives_nothing() -> None:
    person("chef@exemple.fr")
    gone = person("parti@exemple.fr")
    actions.change_access(gone.id, ["it"], [], False, COMMAND_LINE)
    assert queries.grantable_scopes(Actor(gone.id)) == frozenset()
    made = actions.create_key("all", SCOPES, COMMAND_LINE)
    assert isinstance(made, tuple)
    assert queries.grantable_scopes(Actor(key_id=made[0].id)) == SCOPES.keys()
    actions.revoke_key(made[0].id, COMMAND_LINE)
    assert queries.grantable_scopes(Actor(key_id=made[0].id)) == frozenset()
    assert queries.grantable_scopes(Actor(uuid.uuid4())) == frozenset()
