"""What holds for all tests."""

from hypothesis import settings

# A test may be slow on a machine that does much else: how fast a thing is stands in benchmarks/.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
