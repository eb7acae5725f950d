"""Whether two answers say the same: numbers to 1e-8, everything else exactly; field by field, in any order of fields."""

TOLERANCE = 1e-8


def differences(theirs, ours, at="data"):
    """What differs, a line each."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        lines = [f"{at}.{name}: only one has it" for name in sorted(ours.keys() ^ theirs.keys())]
        for name in ours.keys() & theirs.keys():
            lines += differences(theirs[name], ours[name], f"{at}.{name}")
        return lines
    if isinstance(ours, list) and isinstance(theirs, list):
        if len(ours) != len(theirs):
            return [f"{at}: {len(theirs)} rows, ours has {len(ours)}"]
        return [line for i, pair in enumerate(zip(theirs, ours)) for line in differences(*pair, f"{at}[{i}]")]
    if is_number(ours) and is_number(theirs):
        close = abs(ours - theirs) <= TOLERANCE * max(1.0, abs(ours), abs(theirs))
        return [] if close else [f"{at}: {theirs!r}, ours is {ours!r}"]
    return [] if ours == theirs else [f"{at}: {theirs!r}, ours is {ours!r}"]


def is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)
