"""The capture that ships in ``inputs``: a reconstruction of a published walk-through, made up event by event.

No event of it was recorded, and no byte of any program is in it. What was done is data (``machine``, ``infection``,
``lookalikes``, ``everyday``, ``upkeep``); how it comes to look like a log is in ``recording``, ``stacks`` and ``acts``.
"""
