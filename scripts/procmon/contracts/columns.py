"""The names of Process Monitor's 27 columns, as its dialogues and exports have them. Without heavy imports."""

from __future__ import annotations

TIME_OF_DAY = "Time of Day"
PROCESS_NAME = "Process Name"
PID = "PID"
OPERATION = "Operation"
PATH = "Path"
RESULT = "Result"
DETAIL = "Detail"
DATE_AND_TIME = "Date & Time"
RELATIVE_TIME = "Relative Time"
DURATION = "Duration"
COMPLETION_TIME = "Completion Time"
EVENT_CLASS = "Event Class"
SEQUENCE = "Sequence"
IMAGE_PATH = "Image Path"
COMPANY = "Company"
DESCRIPTION = "Description"
VERSION = "Version"
USER = "User"
AUTHENTICATION_ID = "Authentication ID"
SESSION = "Session"
COMMAND_LINE = "Command Line"
TID = "TID"
VIRTUALIZED = "Virtualized"
INTEGRITY = "Integrity"
CATEGORY = "Category"
PARENT_PID = "Parent PID"
ARCHITECTURE = "Architecture"

#: Those that a fresh Process Monitor shows, in its order.
DEFAULT = (TIME_OF_DAY, PROCESS_NAME, PID, OPERATION, PATH, RESULT, DETAIL)

#: All columns: the default seven, then the others in the order of its Column Selection dialog.
COLUMNS = (
    *DEFAULT,
    DATE_AND_TIME,
    RELATIVE_TIME,
    DURATION,
    COMPLETION_TIME,
    EVENT_CLASS,
    SEQUENCE,
    IMAGE_PATH,
    COMPANY,
    DESCRIPTION,
    VERSION,
    USER,
    AUTHENTICATION_ID,
    SESSION,
    COMMAND_LINE,
    TID,
    VIRTUALIZED,
    INTEGRITY,
    CATEGORY,
    PARENT_PID,
    ARCHITECTURE,
)
