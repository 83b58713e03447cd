"""Event classes, operations and sub-operations by their numbers, as the column *Operation* shows them."""

from __future__ import annotations

from scripts.procmon.sources.pml.layout import FILE_SYSTEM, IPC, NETWORK, PROCESS_CLASS, PROFILING, REGISTRY
from scripts.procmon.sources.pml.monitor import Monitor

#: What Process Monitor writes for an operation that it has no name for.
UNKNOWN = "<Unknown>"

EVENT_CLASSES = {
    PROCESS_CLASS: "Process",
    REGISTRY: "Registry",
    FILE_SYSTEM: "File System",
    PROFILING: "Profiling",
    NETWORK: "Network",
    IPC: "IPC",
}

_PROCESS = (
    "Process Defined, Process Create, Process Exit, Thread Create, Thread Exit, Load Image, Thread Profile, "
    "Process Start, Process Statistics, System Statistics"
)
_REGISTRY = (
    "RegOpenKey, RegCreateKey, RegCloseKey, RegQueryKey, RegSetValue, RegQueryValue, RegEnumValue, RegEnumKey, "
    "RegSetInfoKey, RegDeleteKey, RegDeleteValue, RegFlushKey, RegLoadKey, RegUnloadKey, RegRenameKey, "
    "RegQueryMultipleValueKey, RegSetKeySecurity, RegQueryKeySecurity"
)
_FILE_SYSTEM = (
    "VolumeDismount, VolumeMount, FASTIO_MDL_WRITE_COMPLETE, WriteFile, FASTIO_MDL_READ_COMPLETE, ReadFile, "
    "QueryOpen, FASTIO_CHECK_IF_POSSIBLE, IRP_MJ_12, IRP_MJ_11, IRP_MJ_10, IRP_MJ_9, IRP_MJ_8, "
    "FASTIO_NOTIFY_STREAM_FO_CREATION, FASTIO_RELEASE_FOR_CC_FLUSH, FASTIO_ACQUIRE_FOR_CC_FLUSH, "
    "FASTIO_RELEASE_FOR_MOD_WRITE, FASTIO_ACQUIRE_FOR_MOD_WRITE, FASTIO_RELEASE_FOR_SECTION_SYNCHRONIZATION, "
    "CreateFileMapping, CreateFile, CreatePipe, IRP_MJ_CLOSE, ReadFile, WriteFile, QueryInformationFile, "
    "SetInformationFile, QueryEAFile, SetEAFile, FlushBuffersFile, QueryVolumeInformation, SetVolumeInformation, "
    "DirectoryControl, FileSystemControl, DeviceIoControl, InternalDeviceIoControl, Shutdown, LockUnlockFile, "
    "CloseFile, CreateMailSlot, QuerySecurityFile, SetSecurityFile, Power, SystemControl, DeviceChange, "
    "QueryFileQuota, SetFileQuota, PlugAndPlay"
)
_PROFILING = "Thread Profiling, Process Profiling, Debug Output Profiling"
_NETWORK = "Unknown, Other, Send, Receive, Accept, Connect, Disconnect, Reconnect, Retransmit, TCPCopy"

#: The name of an operation by class and number. Network operations get "TCP " or "UDP " before them.
OPERATIONS: dict[tuple[int, int], str] = {
    (event_class, number): name
    for event_class, names in (
        (PROCESS_CLASS, _PROCESS),
        (REGISTRY, _REGISTRY),
        (FILE_SYSTEM, _FILE_SYSTEM),
        (PROFILING, _PROFILING),
        (NETWORK, _NETWORK),
        (IPC, _FILE_SYSTEM),
    )
    for number, name in enumerate(names.split(", "))
}

# Numbers of file-system operations that decoders ask for.
QUERY_OPEN, CHECK_IF_POSSIBLE, ACQUIRE_FOR_MOD_WRITE, CREATE_FILE_MAPPING = 6, 7, 17, 19
MDL_WRITE_COMPLETE, MDL_WRITE, MDL_READ_COMPLETE, MDL_READ = 2, 3, 4, 5
CREATE_FILE, CREATE_PIPE, CREATE_MAIL_SLOT, READ_FILE, WRITE_FILE = 20, 21, 39, 23, 24
QUERY_INFORMATION, SET_INFORMATION, QUERY_VOLUME, SET_VOLUME = 25, 26, 30, 31
DIRECTORY_CONTROL, FILE_SYSTEM_CONTROL, DEVICE_CONTROL, LOCK_CONTROL = 32, 33, 34, 37
QUERY_EA, SET_EA, QUERY_SECURITY, SET_SECURITY, PLUG_AND_PLAY = 27, 28, 40, 41, 47

#: Names that take the place of the operation's where the sub-operation is not 0; others are UNKNOWN.
SUB_OPERATIONS: dict[int, dict[int, str]] = {
    QUERY_VOLUME: {
        1: "QueryInformationVolume",
        2: "QueryLabelInformationVolume",
        3: "QuerySizeInformationVolume",
        4: "QueryDeviceInformationVolume",
        5: "QueryAttributeInformationVolume",
        6: "QueryControlInformationVolume",
        7: "QueryFullSizeInformationVolume",
        8: "QueryObjectIdInformationVolume",
    },
    SET_VOLUME: {
        1: "SetControlInformationVolume",
        2: "SetLabelInformationVolume",
        8: "SetObjectIdInformationVolume",
    },
    QUERY_INFORMATION: {
        0x04: "QueryBasicInformationFile",
        0x05: "QueryStandardInformationFile",
        0x06: "QueryFileInternalInformationFile",
        0x07: "QueryEaInformationFile",
        0x09: "QueryNameInformationFile",
        0x0E: "QueryPositionInformationFile",
        0x12: "QueryAllInformationFile",
        0x14: "QueryEndOfFile",
        0x16: "QueryStreamInformationFile",
        0x1C: "QueryCompressionInformationFile",
        0x1D: "QueryId",
        0x1F: "QueryMoveClusterInformationFile",
        0x22: "QueryNetworkOpenInformationFile",
        0x23: "QueryAttributeTagFile",
        0x25: "QueryIdBothDirectory",
        0x27: "QueryValidDataLength",
        0x28: "QueryShortNameInformationFile",
        0x2B: "QueryIoPiorityHint",
        0x2E: "QueryLinks",
        0x30: "QueryNormalizedNameInformationFile",
        0x31: "QueryNetworkPhysicalNameInformationFile",
        0x32: "QueryIdGlobalTxDirectoryInformation",
        0x33: "QueryIsRemoteDeviceInformation",
        0x34: "QueryAttributeCacheInformation",
        0x35: "QueryNumaNodeInformation",
        0x36: "QueryStandardLinkInformation",
        0x37: "QueryRemoteProtocolInformation",
        0x38: "QueryRenameInformationBypassAccessCheck",
        0x39: "QueryLinkInformationBypassAccessCheck",
        0x3A: "QueryVolumeNameInformation",
        0x3B: "QueryIdInformation",
        0x3C: "QueryIdExtdDirectoryInformation",
        0x3E: "QueryHardLinkFullIdInformation",
        0x3F: "QueryIdExtdBothDirectoryInformation",
        0x43: "QueryDesiredStorageClassInformation",
        0x44: "QueryStatInformation",
        0x45: "QueryMemoryPartitionInformation",
        0x46: "QuerySatLxInformation",
        0x47: "QueryCaseSensitiveInformation",
        0x48: "QueryLinkInformationEx",
        0x49: "QueryLinkInfomraitonBypassAccessCheck",
        0x4A: "QueryStorageReservedIdInformation",
        0x4B: "QueryCaseSensitiveInformationForceAccessCheck",
    },
    SET_INFORMATION: {
        0x04: "SetBasicInformationFile",
        0x0A: "SetRenameInformationFile",
        0x0B: "SetLinkInformationFile",
        0x0D: "SetDispositionInformationFile",
        0x0E: "SetPositionInformationFile",
        0x13: "SetAllocationInformationFile",
        0x14: "SetEndOfFileInformationFile",
        0x16: "SetFileStreamInformation",
        0x17: "SetPipeInformation",
        0x27: "SetValidDataLengthInformationFile",
        0x28: "SetShortNameInformation",
        0x3D: "SetReplaceCompletionInformation",
        0x40: "SetDispositionInformationEx",
        0x41: "SetRenameInformationEx",
        0x42: "SetRenameInformationExBypassAccessCheck",
        0x4A: "SetStorageReservedIdInformation",
    },
    DIRECTORY_CONTROL: {1: "QueryDirectory", 2: "NotifyChangeDirectory"},
    LOCK_CONTROL: {1: "LockFile", 2: "UnlockFileSingle", 3: "UnlockFileAll", 4: "UnlockFileByKey"},
    PLUG_AND_PLAY: dict(
        enumerate(
            [
                "StartDevice",
                "QueryRemoveDevice",
                "RemoveDevice",
                "CancelRemoveDevice",
                "StopDevice",
                "QueryStopDevice",
                "CancelStopDevice",
                "QueryDeviceRelations",
                "QueryInterface",
                "QueryCapabilities",
                "QueryResources",
                "QueryResourceRequirements",
                "QueryDeviceText",
                "FilterResourceRequirements",
                "<Unknown>",
                "ReadConfig",
                "WriteConfig",
                "Eject",
                "SetLock",
                "QueryId2",
                "QueryPnpDeviceState",
                "QueryBusInformation",
                "DeviceUsageNotification",
                "SurpriseRemoval",
                "QueryLegacyBusInformation",
            ]
        )
    ),
}

_OLD_NAMES = {"SetAllocationInformationFile": "SetAllInformationFile"}
#: Process Monitor up to 3.51 had no name for information classes from this one on.
_FIRST_NEW_CLASS = 0x47


def operation_name(event_class: int, operation: int, sub_operation: int, monitor: Monitor) -> str:
    """What the column *Operation* shows; network operations without their protocol."""
    name = OPERATIONS.get((event_class, operation), UNKNOWN)
    if event_class in (FILE_SYSTEM, IPC) and sub_operation and operation in SUB_OPERATIONS:
        name = SUB_OPERATIONS[operation].get(sub_operation, UNKNOWN)
        if sub_operation >= _FIRST_NEW_CLASS and monitor.before_new_manner:
            return UNKNOWN
    return _OLD_NAMES.get(name, name) if monitor.old_names else name


def event_class_name(event_class: int) -> str:
    """What the column *Event Class* shows."""
    return EVENT_CLASSES.get(event_class, UNKNOWN)
