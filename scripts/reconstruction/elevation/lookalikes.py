"""Innocent ways to more rights, which a report must not take for the other one.

User Account Control, answered by whoever knows the administrator's password; a service that starts as the system; tasks
that run as the system, Windows' own by rundll32.exe and a program's updater; Windows acting for the user.
"""

from __future__ import annotations

from scripts.procmon.sources.pml.encoders import file_system as files
from scripts.procmon.sources.pml.encoders import registry
from scripts.reconstruction import questions
from scripts.reconstruction.acts import (
    ARCHIVE,
    CACHED,
    CREATE,
    CREATED,
    OVERWRITE_IF,
    OVERWRITTEN,
    READ,
    WRITE,
    ask,
    close,
    delete_on_close,
    end_process,
    make_key,
    set_values,
    start_process,
)
from scripts.reconstruction.elevation import places, tasks
from scripts.reconstruction.elevation.machine import OPERATOR
from scripts.reconstruction.elevation.modules import CONTOSO_FOLDER, HOME
from scripts.reconstruction.recording import Recording, Thread

UPDATE_TASK = "Contoso Viewer Update"
RESTORE_TASK = r"Microsoft\Windows\SystemRestore\SR"
UNINSTALL = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\Contoso Viewer"


def mislead(recording: Recording) -> None:
    """All of them, at their times."""
    _start_service(recording)
    _restore_point(recording)
    _consent(recording)
    _update(recording)
    for at in (24.1, 58.8, 91.6):
        _for_the_user(recording.thread("netsvcs", 1004, places.SCHEDULER, at))
    for at in (26.3, 94.4):
        _settings_of_agent(recording.thread("agent", 2032, places.AGENT, at))


def _start_service(recording: Recording) -> None:
    """The service manager starts a service of Windows as the system."""
    services = recording.thread("services", 544, places.SERVICE_CONTROL, 8.27)
    key = r"HKLM\System\CurrentControlSet\Services\TrustedInstaller"
    image = r"C:\Windows\servicing\TrustedInstaller.exe"
    ask(services, key, (("Start", 3), ("Type", 16), ("ObjectName", "localSystem"), ("ImagePath", image)))
    thread = start_process(
        services, "trusted-installer", 2736, places.INSTALLER, directory="C:\\Windows\\system32\\"
    )
    ask(
        thread, r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing", (("Version", 1),)
    )


def _restore_point(recording: Recording) -> None:
    """A task of Windows runs as the system, a library of Windows by rundll32.exe."""
    scheduler = recording.thread("netsvcs", 960, places.SCHEDULER, 11.56)
    tasks.read(scheduler, RESTORE_TASK, size=3_690)
    engine = tasks.start_engine(scheduler, "engine-windows", 2800, RESTORE_TASK, size=3_690)
    thread = start_process(
        engine, "restore-point", 2828, places.RESTORE_POINT, directory="C:\\Windows\\system32\\"
    )
    key = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\SystemRestore"
    ask(thread, key, (("RPSessionInterval", 1), ("LastMainenanceTaskRunTimeStamp", None)))
    end_process(thread)
    engine.now = 21.5
    end_process(engine)


def _consent(recording: Recording) -> None:
    """The user starts a setup program; somebody enters the administrator's password, and it runs as that one."""
    service = recording.thread("netsvcs", 988, places.APPLICATION_INFORMATION, 29.52)
    asking = start_process(service, "consent", 2920, places.CONSENT, directory="C:\\Windows\\system32\\")
    ask(
        asking,
        r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System",
        (("ConsentPromptBehaviorUser", 3), ("PromptOnSecureDesktop", 1), ("EnableLUA", 1)),
    )
    end_process(asking)
    service.now = 36.44
    setup = start_process(service, "setup", 2968, places.SETUP, directory=f"{HOME}\\Downloads\\")
    _set_up(setup)
    tasks.register(recording.thread("netsvcs", 960, places.SCHEDULER, 45.1), UPDATE_TASK, size=3_322)
    end_process(setup)


def _set_up(thread: Thread) -> None:
    """The setup program installs, and enters itself in the list of programs."""
    thread.now = 39.2
    for name, size in (("ctviewer.chm", 48_220), ("ctagent.exe", 182_272), ("ctupdate.exe", 238_592)):
        path = rf"{CONTOSO_FOLDER}\{name}"
        made = OVERWRITTEN if name.endswith("exe") else CREATED
        thread.did(
            files.create_file(path, access=WRITE, disposition=OVERWRITE_IF, attributes=ARCHIVE, opened=made)
        )
        for offset in range(0, size, 32_768):
            thread.did(files.write_file(path, offset, min(32_768, size - offset), flags=CACHED))
        close(thread, path)
        thread.waits(0.3)
    make_key(thread, UNINSTALL)
    values = {
        "DisplayName": "Contoso Viewer",
        "DisplayVersion": "3.2.0.121",
        "Publisher": "Contoso Ltd.",
        "UninstallString": rf'"{CONTOSO_FOLDER}\uninstall.exe"',
    }
    set_values(thread, UNINSTALL, values)
    thread.did(registry.close_key(UNINSTALL))
    for key, questions_of in questions.CONTOSO:
        ask(thread, key, questions_of)


def _update(recording: Recording) -> None:
    """The updater that the setup program registered runs as the system, looks round and writes down that it did."""
    scheduler = recording.thread("netsvcs", 960, places.SCHEDULER, 97.2)
    tasks.read(scheduler, UPDATE_TASK, size=3_322)
    engine = tasks.start_engine(scheduler, "engine-contoso", 3408, UPDATE_TASK, size=3_322)
    thread = start_process(engine, "update", 3444, places.UPDATER, directory="C:\\Windows\\system32\\")
    for key, values in questions.CONTOSO:
        ask(thread, key, values)
    catalogue = r"C:\ProgramData\Contoso\Viewer\catalogue.xml"
    thread.did(
        files.create_file(
            catalogue, access=WRITE, disposition=OVERWRITE_IF, attributes=ARCHIVE, opened=OVERWRITTEN
        )
    )
    thread.did(files.write_file(catalogue, 0, 7_215, flags=CACHED))
    close(thread, catalogue)
    end_process(thread)
    engine.now = 108.2
    end_process(engine)


def _for_the_user(thread: Thread) -> None:
    """A service of the system acts as the user whom it serves: fewer rights, not more."""
    path = rf"{HOME}\AppData\Local\Microsoft\Windows\Explorer\thumbcache_idx.db"
    sid = thread.computer.sids[OPERATOR]
    thread.did(files.create_file(path, access=READ, share=7, impersonating=sid))
    thread.did(files.query_standard_information(path, 29_384))
    close(thread, path)


def _settings_of_agent(thread: Thread) -> None:
    """A program of the user's keeps its settings, by way of a temporary file of its own."""
    path, passing = rf"{HOME}\AppData\Roaming\Contoso\agent.ini", rf"{HOME}\AppData\Local\Temp\ctaA0.tmp"
    thread.did(files.create_file(passing, access=WRITE, disposition=CREATE, attributes=0x80, opened=CREATED))
    thread.did(files.write_file(passing, 0, 412, flags=CACHED))
    close(thread, passing)
    delete_on_close(thread, passing)
    thread.did(
        files.create_file(
            path, access=WRITE, disposition=OVERWRITE_IF, attributes=ARCHIVE, opened=OVERWRITTEN
        )
    )
    thread.did(files.write_file(path, 0, 412, flags=CACHED))
    close(thread, path)
