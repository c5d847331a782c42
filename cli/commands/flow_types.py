"""The types of flows, for options: flows.catalogue has them too, but help must not load it."""

TYPES = (
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
)
