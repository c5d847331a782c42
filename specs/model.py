"""What a centre is: frozen values with every default filled in and every reference checked.

Built by `specs.load`; read by flows, stacks, agents and deploy. No boto3, pulumi or click here. Keys are as the user
wrote them (`triage`); titles are what people see in Connect. Times of day are minutes from midnight (0 to 1440),
durations whole seconds unless the name says days, dates `datetime.date`. Mappings keep the file's order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from .frozen import dataclass
from .nodes import Node
from .problems import NOWHERE, Where
from .speech import Language as Language
from .speech import Speech as Speech
from .speech import Text as Text

Identity = Literal["connect", "saml", "directory"]
Participant = Literal["agent", "customer"]
FlowType = Literal[
    "inbound",
    "customer_queue",
    "customer_hold",
    "agent_hold",
    "customer_whisper",
    "agent_whisper",
    "outbound_whisper",
    "agent_transfer",
    "queue_transfer",
    "module",
]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Entry:
    """What every named thing carries. `was` is the key it had before a rename; `where` is its line in the file."""

    key: str
    title: str
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    was: str | None = None
    where: Where = NOWHERE


@dataclass(frozen=True, slots=True)
class Features:
    """`instance.features`: the instance attributes that pulumi-aws can set (facts/pulumi-aws.md 2.1)."""

    flow_logs: bool = True
    early_media: bool = True
    three_way: bool = True
    barge: bool = True  # ENHANCED_CONTACT_MONITORING; not settable through pulumi-aws
    contact_lens: bool = False


@dataclass(frozen=True, slots=True)
class Instance:
    """The Connect instance. `identity` never changes after creation. `adopt` is the id of one that stands already."""

    alias: str
    identity: Identity = "connect"
    directory_id: str | None = None  # of identity "directory"
    adopt: str | None = None
    inbound: bool = True
    outbound: bool = True
    protect: bool = True
    features: Features = Features()
    where: Where = NOWHERE


@dataclass(frozen=True, slots=True)
class Recording:
    """Call recording. With `calls` empty nothing is recorded and no storage is made."""

    calls: tuple[Participant, ...] = ()
    retention_days: int = 0
    encrypted: bool = True
    notice: Text | None = None
    refuse: str | None = None  # the key that a caller presses to refuse


@dataclass(frozen=True, slots=True)
class Data:
    """Where logs and reports go. Days of retention; None = not kept by us. Streams by ARN."""

    logs_days: int = 30
    reports_days: int | None = None
    transcripts_days: int | None = None
    contact_records: str | None = None
    agent_events: str | None = None


@dataclass(frozen=True, slots=True)
class Safety:
    """The line's safety promises; when present the twelve hotline rules are errors."""

    emergency_numbers: tuple[str, ...] = ()
    longest_wait: int = 900
    fallback_queue: str | None = None  # key of a queue
    fallback_number: str | None = None  # E.164
    waive: Mapping[str, str] = field(default_factory=dict)  # {"H04": "reason"}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One opening window on one day. `end` 1440 = midnight; a night is stored split over midnight."""

    day: str  # one of DAYS
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class HoursOverride:
    """Hours of certain dates (both inclusive). `windows` are (start, end) minutes; empty = closed all day."""

    name: str
    first: dt.date
    last: dt.date
    windows: tuple[tuple[int, int], ...] = ()
    yearly: bool = False
    holiday: bool = False  # came from the holidays library
    where: Where = NOWHERE


@dataclass(frozen=True, slots=True)
class Hours(Entry):
    """One hours of operation."""

    time_zone: str = "UTC"
    periods: tuple[Period, ...] = ()
    overrides: tuple[HoursOverride, ...] = ()  # past ones pruned by the run's date; at most 50

    @property
    def always(self) -> bool:
        """Open 24x7, every day from 00:00 to 00:00, with no closing override."""
        return not self.overrides and {(p.day, p.start, p.end) for p in self.periods} == {(d, 0, 1440) for d in DAYS}


@dataclass(frozen=True, slots=True)
class DefaultFlows:
    """Which flow serves each moment; the name of a user's flow, or None = the built-in of spec.md 4."""

    waiting: str | None = None
    agent_whisper: str | None = None
    customer_whisper: str | None = None
    customer_hold: str | None = None
    agent_hold: str | None = None
    after_call: str | None = None  # "none" = none
    outbound: str | None = None
    transfer_to_queue: str | None = None
    transfer_to_agent: str | None = None


@dataclass(frozen=True, slots=True)
class QueueVariant:
    """A queue as Connect has it: the queue itself, or one a language (`triage-fr`).

    `callbacks` is the key of the second real queue that holds its callbacks (`triage-fr-callbacks`), where the queue
    has one of its own; it has the same hours, caller id and flows, and no max_contacts.
    """

    key: str
    title: str
    language: str | None
    callbacks: str | None = None
    callbacks_title: str = ""


@dataclass(frozen=True, slots=True)
class Queue(Entry):
    """A queue as the user declares it; `variants` are the real ones (one without `languages`)."""

    hours: str = ""
    max_contacts: int | None = None
    open: bool = True  # status: closed = no new contacts, waiting callers are still served
    caller_id: str | None = None  # key of a phone number
    caller_name: str | None = None
    spoken: Text | None = None
    quick_connects: tuple[str, ...] = ()  # keys; the default (all) is already expanded
    flows: DefaultFlows = DefaultFlows()
    languages: tuple[str, ...] = ()
    own_callbacks: bool = False  # each variant has a second queue for its callbacks (QueueVariant.callbacks)
    variants: tuple[QueueVariant, ...] = ()

    @property
    def real_keys(self) -> tuple[str, ...]:
        """The keys of all real queues behind this one, those for callbacks included."""
        own = tuple(v.key for v in self.variants)
        return own + tuple(v.callbacks for v in self.variants if v.callbacks)


@dataclass(frozen=True, slots=True)
class QueueChoice:
    """A queue in a routing profile. `queue` is the key of a real queue; queues for callbacks stand here too."""

    queue: str
    priority: int = 1
    delay: int = 0


@dataclass(frozen=True, slots=True)
class RoutingVariant:
    """A routing profile as Connect has it: one, or one a combination of languages (`nurse-fr-en`)."""

    key: str
    title: str
    languages: tuple[str, ...]
    queues: tuple[QueueChoice, ...]
    default_outbound: str  # key of a real queue


@dataclass(frozen=True, slots=True)
class AgentDefaults:
    """Roster defaults; None = not said at this level (profile over `agents:` over these)."""

    security_profiles: tuple[str, ...] | None = None
    phone_type: Literal["soft", "desk"] | None = None
    auto_accept: bool | None = None
    after_contact_work: int | None = None  # seconds; 0 = no limit
    hierarchy_group: str | None = None
    remove_after_days: int | None = None
    confirm_above_share: float | None = None  # 0.10
    confirm_above_people: int | None = None


@dataclass(frozen=True, slots=True)
class RoutingProfile(Entry):
    """A routing profile as declared."""

    variants: tuple[RoutingVariant, ...] = ()
    channels: Mapping[str, int] = field(default_factory=lambda: {"voice": 1})
    agents: AgentDefaults = AgentDefaults()


@dataclass(frozen=True, slots=True)
class SecurityProfile(Entry):
    """A security profile; `permissions` is the final sorted list (base plus permissions minus without).

    `scope` "hierarchy" shows its holders only the people of their own hierarchy group and of the groups below.
    """

    permissions: tuple[str, ...] = ()
    scope: Literal["all", "hierarchy"] = "all"


@dataclass(frozen=True, slots=True)
class HierarchyGroup:
    """A node of the hierarchy. `path` is titles from the top, joined by "/": unique and the key."""

    path: str
    title: str
    parent: str | None
    level: int  # 1 to 5
    where: Where = NOWHERE


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Level names and groups, parents before children."""

    levels: tuple[str, ...] = ()
    groups: tuple[HierarchyGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class AgentStatus(Entry):
    """A custom agent status."""

    order: int | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class QuickConnect(Entry):
    """A quick connect: exactly one of phone (E.164), queue (a real queue's key), agent (username), flow."""

    kind: Literal["phone", "queue", "agent", "flow"] = "phone"
    phone: str | None = None
    queue: str | None = None
    agent: str | None = None
    flow: str | None = None  # the transfer flow of a queue or agent one; None = the built-in


@dataclass(frozen=True, slots=True)
class PhoneNumber(Entry):
    """A number of the centre: one to claim, or `number`, which the account holds already."""

    country: str = ""
    type: Literal["did", "toll_free", "uifn"] = "did"
    prefix: str | None = None
    candidates: tuple[str, ...] = ()  # prefixes, tried in this order when the number is claimed
    number: str | None = None
    flow: str = ""
    language: str | None = None
    sets: Mapping[str, str] = field(default_factory=dict)
    keep: bool = True
    published_as: str | None = None


@dataclass(frozen=True, slots=True)
class PromptAsset:
    """One sound file. `key` is the prompt's key, or `<key>-<language>` for a prompt with files by language."""

    key: str
    language: str | None
    path: str  # relative to the folder


@dataclass(frozen=True, slots=True)
class Prompt(Entry):
    """A prompt and its sound files."""

    assets: tuple[PromptAsset, ...] = ()


@dataclass(frozen=True, slots=True)
class Attribute:
    """A contact attribute that flows may set."""

    key: str
    values: tuple[str, ...] = ()
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Switch:
    """A crisis switch. While it is on callers hear `say`, then they are connected with `transfer` (E.164), hung up on
    (`hangs_up`), or go on as always. `emergency`: the words name a number where no program sees it."""

    key: str
    say: Text | None = None
    emergency: bool = False
    transfer: str | None = None
    hangs_up: bool = False
    where: Where = NOWHERE

    @property
    def hours(self) -> str:
        """Key and name of its hours of operation: open = on. The blank keeps it apart from every key."""
        return f"switch {self.key}"


@dataclass(frozen=True, slots=True)
class Staffing:
    """The load to staff for; `queue` None = the whole centre."""

    queue: str | None
    calls_per_hour: float
    handle_time: int
    within: int
    share: float


@dataclass(frozen=True, slots=True)
class FlowFile:
    """A flow as read: the envelope's name and type, the rest as nodes with positions for `flows.parse`."""

    name: str
    type: FlowType
    file: str
    node: Node
    where: Where = NOWHERE
    was: str | None = None  # the name that it had before


@dataclass(frozen=True, slots=True)
class StatePlace:
    """A shared state: bucket and prefix in an S3; "" in the rest: the centre's Region, AWS itself, S3's own keys."""

    bucket: str
    prefix: str
    region: str = ""
    endpoint: str = ""
    key: str = ""  # the KMS key that encrypts it

    @property
    def url(self) -> str:
        """Bucket and prefix, as messages name them."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


@dataclass(frozen=True, slots=True)
class Center:
    """One contact centre, complete and checked, for one stack."""

    key: str
    title: str
    stack: str
    folder: str  # absolute path
    region: str
    account: str | None
    time_zone: str
    languages: Mapping[str, Language]  # the first is the main one
    texts: Mapping[str, Text]
    instance: Instance
    recording: Recording
    data: Data
    safety: Safety | None
    hours: Mapping[str, Hours]
    queues: Mapping[str, Queue]
    defaults: DefaultFlows
    routing_profiles: Mapping[str, RoutingProfile]
    security_profiles: Mapping[str, SecurityProfile]
    hierarchy: Hierarchy
    agent_statuses: Mapping[str, AgentStatus]
    external_numbers: Mapping[str, str]
    quick_connects: Mapping[str, QuickConnect]
    phone_numbers: Mapping[str, PhoneNumber]
    prompts: Mapping[str, Prompt]
    lambdas: Mapping[str, str]
    attributes: Mapping[str, Attribute]  # empty = flows may set any
    rosters: tuple[str, ...]
    agents: AgentDefaults
    quotas: Mapping[str, int]
    staffing: tuple[Staffing, ...]
    tags: Mapping[str, str]
    flows: Mapping[str, FlowFile]
    today: dt.date
    stacks: tuple[str, ...] = ()  # names under `environments`
    skills: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # what agents may be good at, with its values
    switches: Mapping[str, Switch] = field(default_factory=dict)
    bots: Mapping[str, str] = field(default_factory=dict)  # key -> ARN of a Lex V2 alias
    approved_origins: tuple[str, ...] = ()
    state: StatePlace | None = None  # None = .ccdeploy/ of the folder
    unread: frozenset[str] = frozenset()  # "flows", "texts": a file was broken, so that no such name is unknown

    @property
    def main_language(self) -> str:
        """The key of the first language."""
        return next(iter(self.languages))

    @property
    def stack_name(self) -> str:
        """The Pulumi stack's name, `<center>.<stack>`."""
        return f"{self.key}.{self.stack}"

    def shown(self, title: str) -> str:
        """What a thing is called in Connect: its title, in an adopted instance behind the centre's key."""
        return f"{self.key} {title}" if self.instance.adopt else title

    @property
    def real_queues(self) -> Mapping[str, Queue]:
        """Every real queue's key (variants and those for callbacks) with the queue it comes from."""
        return {real: queue for queue in self.queues.values() for real in queue.real_keys}
