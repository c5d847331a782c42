"""Words and numbers of a call: what had to be assumed, and a telephone number that was typed."""

from __future__ import annotations

from .state import Answer, Ask


def telephone(entry: str, form: str) -> str:
    """A typed telephone number as E.164, or "" when it is none. `form` is a country code, or E164."""
    import phonenumbers

    try:
        wanted = f"+{entry.lstrip('+')}" if form == "E164" else entry
        number = phonenumbers.parse(wanted, None if form == "E164" else form)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def assumption(asked: Ask, answer: Answer) -> str:
    """What is not known, how it was taken, and the key of a call script that says it."""
    subject = asked.subject or asked.kind
    taken = "anything else" if answer.label == "otherwise" else answer.label
    if asked.kind == "intent":
        return f"what the caller says to the bot is not known: taken as {taken} (a script says it: `given: takes`)"
    if asked.kind in ("split", "event"):
        what = "the share of callers" if asked.kind == "split" else subject
        return f"{what} is decided by Connect alone: taken as {taken} (a script says it: `given: takes`)"
    if asked.kind == "lambda":
        return f"what function {subject} answers is not known: a script says it with `given: lambdas`"
    if asked.kind == "dial":
        return f"whether {subject} answers is not known: taken as answered (a script says it: `given: numbers`)"
    if asked.kind == "hours":
        return f"hours {subject} are not known: taken as open"
    if asked.kind == "room":
        return f"queue {subject} is not known: taken as not full"
    if asked.kind == "metric":
        return f"{subject} is not known: taken as {taken} (a script says it: `given: queues`)"
    return f"{subject} is not known: taken as {taken} (a script says it: `given: takes`)"
