"""What is known of a program beside its amounts, in words: travel, and the days that count."""

from payers.reference import Program, ProgramRule

LABELS = {
    "travel": "Travel and lodging",
    "apply": "Last day to apply",
    "claim": "Last day to send a claim",
    "use": "Has to be used",
    "renewal": "Renewal",
}
NOT_FOUND = {
    "travel": "travel and lodging",
    "apply": "the last day to apply",
    "claim": "the last day to send a claim",
    "use": "how soon it has to be used",
    "renewal": "renewal",
}


def known_rules(program: Program) -> tuple[ProgramRule, ...]:
    return tuple(rule for topic in LABELS if (rule := program.rule(topic)))


def not_found(program: Program) -> tuple[str, ...]:
    return tuple(words for topic, words in NOT_FOUND.items() if not program.rule(topic))


def rule_words(rule: ProgramRule) -> str:
    if rule.topic == "travel":
        return "helps with it: ask what it pays" if rule.applies else "does not help with it"
    if rule.topic == "renewal":
        return "apply again each year" if rule.applies else "goes on without a new application"
    return {"apply": _apply, "claim": _claim, "use": _use}[rule.topic](rule.days)


def _apply(days: int) -> str:
    return (
        f"{days} days after the first dose it is to pay for"
        if days
        else "before the first dose it is to pay for"
    )


def _claim(days: int) -> str:
    return f"{days} days after the dose"


def _use(days: int) -> str:
    return (
        f"within {days} days of the enrolment, and once in every {days} days after it, or it ends: "
        "ask for more time where doses lie further apart"
    )
