"""Durations as people say them."""

_STEPS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def duration(seconds: float) -> str:
    """The two largest parts: `6 d 23 h`, `4 min 10 s`, `0.3 s`."""
    if seconds < 1:
        return f"{max(seconds, 0):.1f} s"
    rest = round(seconds)
    parts: list[tuple[int, str]] = []
    for length, unit in _STEPS:
        if rest >= length or parts:
            count, rest = divmod(rest, length)
            parts.append((count, unit))
    return " ".join(f"{count} {unit}" for count, unit in parts[:2] if count)
