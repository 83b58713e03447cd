"""The bytes of single operations as Process Monitor logs them: ``details`` turned round, by event class.

Every encoder makes the ``Body`` of one event. Only fields that Process Monitor shows are set; what it leaves to
chance (kernel pointers, padding) is zero. ``bits`` is 32 or 64, where the layout depends on the size of an address.
"""
