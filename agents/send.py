"""One call of a step, with ids in place of names: the only module that turns a plan into requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..specs.errors import Refused
from ..stacks.cloud.connect_users import Proficiency, UserFields
from ..stacks.names import LANGUAGE_ATTRIBUTE, TAG_NAME, TAG_STACK
from .credentials import password_for
from .directory import Directory
from .ledger import SUSPENDED
from .model import Person
from .plan import AgentPlan, AgentStep, Call
from .sets import UNKNOWN, members, set_changes, write

if TYPE_CHECKING:
    from ..stacks.cloud.connect_users import UserDoor
    from .sealing import Keys


class Sender:
    """Sends calls through the door of users. Holds no state."""

    def __init__(self, users: UserDoor, directory: Directory, keys: Keys, scope: str, identity: str) -> None:
        self._users = users
        self._directory = directory
        self._keys = keys
        self._scope = scope
        self._identity = identity

    def send(self, step: AgentStep, call: Call, user_id: str, *, doubtful: bool = False) -> str:
        """Send `call` and return the user's id (a new one after CreateUser). Raises CloudError.

        `doubtful`: an earlier attempt may have arrived, so what cannot be sent twice is looked at first.
        """
        users, operation = self._users, call.operation
        if operation == "CreateUser":
            assert step.person is not None
            return users.create(self.fields(step.person), password_for(step.person, self._identity))
        if operation == "DeleteUser":
            users.delete(user_id)
        elif operation == "UpdateUserRoutingProfile":
            users.set_routing_profile(user_id, self._routing(call.after))
        elif operation == "UpdateUserSecurityProfiles":
            users.set_security_profiles(user_id, self._security(call.after))
        elif operation == "UpdateUserHierarchy":
            users.set_hierarchy_group(user_id, self._group(call.after))
        elif call.trait == "languages":
            self._good_at(call, user_id, doubtful or call.before.startswith(UNKNOWN))
        elif call.trait == "tags":
            self._tags(step, call, user_id)
        else:
            assert step.person is not None
            self._personal(step.person, operation, user_id)
        return user_id

    def _personal(self, person: Person, operation: str, user_id: str) -> None:
        if operation == "UpdateUserIdentityInfo":
            self._users.set_identity(user_id, self.fields(person))
        elif operation == "UpdateUserPhoneConfig":
            self._users.set_phone(user_id, self.fields(person))
        else:
            raise ValueError(f"no way to send {operation}")

    def _good_at(self, call: Call, user_id: str, doubtful: bool) -> None:
        """Languages and skills; Connect refuses one that is associated already (Connect facts 3.10)."""
        before = call.before
        if doubtful:
            mine = members("languages", call.before) | members("languages", call.after)
            have = {_name(p): str(p.level) for p in sorted(self._users.proficiencies(user_id)) if _name(p) in mine}
            before = write("languages", have)
        adds, drops = set_changes("languages", before, call.after)
        if call.operation == "AssociateUserProficiencies":
            if adds:
                self._users.add_proficiencies(user_id, [_proficiency(*pair) for pair in adds.items()])
        elif drops:
            self._users.drop_proficiencies(user_id, [_proficiency(name, "") for name in drops])

    def _tags(self, step: AgentStep, call: Call, user_id: str) -> None:
        adds, drops = set_changes("tags", call.before, call.after)
        if call.operation == "UntagResource":
            self._users.untag(user_id, drops)
        else:  # nothing to add: a call whose answer never came is settled by one that changes nothing
            self._users.tag(user_id, adds or self.own_tags(step.username))

    def own_tags(self, username: str) -> dict[str, str]:
        """The two tags that say whose a user is; the name is a keyed id, since tags are no place for names."""
        return {TAG_STACK: self._scope, TAG_NAME: f"agent/{self._keys.person(username)}"}

    def fields(self, person: Person) -> UserFields:
        """Everything about a person, by ids."""
        terms = person.terms
        return UserFields(
            username=person.username,
            first_name="" if self._identity == "directory" else person.first_name,  # the directory knows them
            last_name="" if self._identity == "directory" else person.last_name,
            email=person.email if self._identity == "connect" else "",
            routing_profile=self._routing(terms.routing_profile),
            security_profiles=self._security("|".join(terms.security_profiles)),
            hierarchy_group=self._group(terms.hierarchy_group or ""),
            phone_type=terms.phone_type,
            desk_phone=person.desk_phone,
            auto_accept=terms.auto_accept,
            after_contact_work=terms.after_contact_work,
            tags={**dict(terms.tags), **self.own_tags(person.username)},
            secondary_email=person.secondary_email,
            mobile=person.mobile,
        )

    def _routing(self, key: str) -> str:
        return self._directory.suspended_routing if key == SUSPENDED else self._directory.routing_profiles[key]

    def _security(self, keys: str) -> tuple[str, ...]:
        if keys == SUSPENDED:
            return (self._directory.suspended_security,)
        return tuple(self._directory.security_profiles[key] for key in keys.split("|") if key)

    def _group(self, path: str) -> str | None:
        return self._directory.hierarchy_groups[path] if path else None


def _name(found: Proficiency) -> str:
    """As `sets` spells it: a language is its key, a skill `product=fibre`."""
    return found.value if found.attribute == LANGUAGE_ATTRIBUTE else f"{found.attribute}={found.value}"


def _proficiency(name: str, level: str) -> Proficiency:
    attribute, mark, value = name.partition("=")
    return Proficiency(attribute, value, int(level or 5)) if mark else Proficiency(LANGUAGE_ATTRIBUTE, name)


def ready(plan: AgentPlan) -> Directory:
    """The directory that the plan was made with. Raises Refused when it lacks a name that the plan needs."""
    directory = plan.directory
    if directory is None:
        raise Refused("the centre has not been set up yet", hint="run: ccdeploy up", code="not-deployed")
    missing: set[str] = set()
    for step in plan.steps:
        for call in step.calls:
            missing |= _missing(call, directory)
    if missing:
        text = f"the deployed centre lacks: {', '.join(sorted(missing)[:10])}"
        raise Refused(text, hint="run: ccdeploy up", code="not-deployed")
    return directory


def _missing(call: Call, directory: Directory) -> set[str]:
    traits = call.patch.get("traits", {})
    found: set[str] = set()
    routing, security, group = (traits.get(t, "") for t in ("routing", "security", "hierarchy"))
    if SUSPENDED in {routing, security} and not (directory.suspended_routing and directory.suspended_security):
        found.add("the profiles for suspended people")
    if routing and routing != SUSPENDED and routing not in directory.routing_profiles:
        found.add(f"routing profile {routing}")
    if security != SUSPENDED:
        found |= {f"security profile {k}" for k in security.split("|") if k and k not in directory.security_profiles}
    if group and group not in directory.hierarchy_groups:
        found.add(f"hierarchy group {group}")
    return found
