"""Map intents to the rows of the sheet that answer them, and other names to intents."""

from collections.abc import Mapping

from ivr.dialogue.meaning import Intent

_ROWS: Mapping[str, tuple[int, Intent]] = {
    "cannot_hear_agent": (3, Intent.CANNOT_HEAR_AGENT),
    "wrong_number": (4, Intent.WRONG_NUMBER),
    "slow_answer": (5, Intent.SLOW_ANSWER),
    "other_department": (6, Intent.OTHER_DEPARTMENT),
    "private_call": (7, Intent.PRIVATE_CALL),
    "use_name": (13, Intent.GIVE_NAME),
    "ask_name": (12, Intent.GIVE_NAME),
    "ask_topic": (14, Intent.PRODUCT_QUESTION),
    "confirm_understood": (16, Intent.CONFIRM_UNDERSTOOD),
    "hold": (17, Intent.HOLD_ON),
    "take_note": (18, Intent.COMPANY_FACTS),
    "purchase_intent": (19, Intent.PURCHASE_INTENT),
    "cannot_answer_now": (20, Intent.CANNOT_ANSWER_NOW),
    "cannot_fulfil": (21, Intent.CANNOT_FULFIL),
    "slow_service": (22, Intent.SLOW_SERVICE),
    "abusive_caller": (24, Intent.ABUSIVE_CALLER),
    "ask_repeat": (25, Intent.REPEAT),
    "attitude_complaint": (26, Intent.ATTITUDE_COMPLAINT),
    "complaint_deferred": (27, Intent.COMPLAINT_DEFERRED),
    "complaint_accepted": (28, Intent.COMPLAINT_DEFERRED),
    "agent_identity": (29, Intent.AGENT_IDENTITY),
    "invitation": (30, Intent.INVITATION),
    "suggestion": (31, Intent.SUGGESTION),
    "nuisance_call": (32, Intent.NUISANCE_CALL),
    "closing": (33, Intent.CLOSING),
    "thanks": (34, Intent.THANKS),
    "company_facts": (36, Intent.COMPANY_FACTS),
}
"""The rows of the sheet that a caller can ask for. The key is a row's id, such as ``closing``; the
value is the row's number (33) and the intent that the row answers."""
_ALIASES = {
    # Names in the test sentences of `ivr bench understand`, ids of rows, and their numbers.
    "louder": Intent.CANNOT_HEAR_AGENT,
    "complaint": Intent.COMPLAINT_DEFERRED,
    "human": Intent.HUMAN_AGENT,
    "nothing_more": Intent.CLOSING,
    "out_of_domain": Intent.OTHER,
    "name": Intent.GIVE_NAME,
    "number": Intent.GIVE_NUMBER,
    **{name: intent for name, (_, intent) in _ROWS.items()},
    **{str(number): intent for number, intent in _ROWS.values()},
}


def row_of(intent: Intent) -> int | None:
    """Return the number of the sheet's row that answers an intent; None if no single row does."""
    named = _ROWS.get(intent.value)
    if named is not None:
        return named[0]
    return next((number for number, other in _ROWS.values() if other is intent), None)


def intent_of(label: object) -> Intent | None:
    """Return the intent that ``label`` names; None if it names none.

    ``label`` is the name of an intent, a name used in the test sentences (such as ``louder``), or
    the id or the number of a row of the sheet.
    """
    key = str(label).strip().lower()
    return Intent(key) if key in set(Intent) else _ALIASES.get(key)
