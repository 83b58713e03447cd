"""The captures that ship in ``inputs``: reconstructions of published infections, made up event by event.

No event of them was recorded, and no byte of any program is in them. What was done is data, one package a story
(``walkthrough``, ``elevation``): a computer, what befell it, what only looks alike, what goes on every day. What
they share is here: how a computer is described, how threads come to look like a log, what programs always do.
"""
