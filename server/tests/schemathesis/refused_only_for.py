"""One check more: what may be refused although it fits its schema, and as what."""

import schemathesis

# A schema cannot say that a window holds at most five years, which zones there are, or whose cursor this is.
OPEN = {"from", "to", "tz", "cursor"}


@schemathesis.check
def well_formed_requests_are_refused_only_for_windows_zones_and_cursors(ctx, response, case):
    if response.status_code != 400 or case.meta is None or not case.meta.generation.mode.is_positive:
        return
    field = response.json().get("field")
    assert field in OPEN, f"refused although it fits its schema: {field}"
    assert field in (case.query or {}), f"{field} is complained about and was not said"
