from collections.abc import Callable
from pathlib import Path

import pytest

from hygie.content.hints import Hint
from hygie.probes.facts import CardMiddleware, CardReader, Place, SensitiveFile
from hygie.probes.machine import CannotTell, NotThere
from hygie.probes.macos import cards, files, programs
from hygie.probes.macos.reading import parse_plist

Sample = Callable[[str], str]
Build = Callable[..., object]
KNOWN = {"Box": ("box",), "AnyDesk": ("anydesk",), "Google Drive": ("google drive",)}


def test_a_product_is_recognised_at_the_start_of_a_word() -> None:
    assert programs.recognise(KNOWN, ["VirtualBox.app", "com.AnyDesk.service.plist"]) == ("AnyDesk",)
    assert programs.recognise(KNOWN, ["Box.app", "Google Drive.app"]) == ("Box", "Google Drive")
    assert programs.recognise({"K": ("(",)}, ["("]) == ("K",)


def test_remote_tools_are_found_among_applications_and_daemons(mac: Build, sample: Sample) -> None:
    machine = mac(files={
        "/Applications/TeamViewer.app/Contents/Info.plist": sample("info_plist"),
        "/Library/LaunchDaemons/com.anydesk.plist": "",
    })  # fmt: skip
    assert programs.remote_tools(machine).installed == ("AnyDesk", "TeamViewer")


def test_a_folder_of_applications_that_is_missing_is_not_an_empty_one(mac: Build) -> None:
    for probe in (
        programs.remote_tools,
        programs.password_managers,
        programs.installed_software,
        programs.sync_folders,
    ):
        with pytest.raises(CannotTell):
            probe(mac())


def test_versions_come_from_info_plist_even_in_a_makers_folder(mac: Build, sample: Sample) -> None:
    machine = mac(files={
        "/Applications/TeamViewer.app/Contents/Info.plist": sample("info_plist"),
        "/Applications/Maker/Tool.app/Contents/Info.plist": sample("info_plist").replace("15.58.4", "2.0"),
        "/Users/pat/Applications/Own.app/Contents/Info.plist": sample("info_plist").replace("15.58.4", "3.1"),
        "/Applications/Broken.app/Contents/Info.plist": "not a plist",
    })  # fmt: skip
    assert programs.installed_software(machine).versions == {"TeamViewer": "15.58.4", "Tool": "2.0", "Own": "3.1"}


def test_folders_of_clouds_are_synchronised_folders(mac: Build) -> None:
    machine = mac(files={
        "/Applications/Safari.app/a": "",
        "/Users/pat/Library/CloudStorage/GoogleDrive-pat@example.org/a": "",
        "/Users/pat/Library/CloudStorage/OneDrive-Personal/a": "",
        "/Users/pat/Library/Mobile Documents/com~apple~CloudDocs/a": "",
    })  # fmt: skip
    assert programs.sync_folders(machine).clients == ("Google Drive", "OneDrive", "iCloud Drive")


def test_xprotect_is_named_with_its_version_and_its_age_is_not_told(mac: Build, sample: Sample) -> None:
    info = sample("info_plist").replace("15.58.4", "5356")
    place = "/Library/Apple/System/Library/CoreServices/XProtect.bundle/Contents/Info.plist"
    found = programs.antivirus(mac(files={place: info, "/Applications/Malwarebytes.app/a": ""}))
    assert found.products == ("XProtect 5356", "Malwarebytes")
    assert found.running is None
    assert found.signatures_at is None


def test_a_mac_without_xprotect_is_unknown_rather_than_unprotected(mac: Build) -> None:
    with pytest.raises(CannotTell):
        programs.antivirus(mac(files={"/Applications/Safari.app/a": ""}))


def test_readers_are_counted_and_their_service_is_not_judged(sample: Sample) -> None:
    assert cards.parse_readers(sample("smart_cards")) == CardReader(1, service_running=None)
    assert cards.parse_readers(sample("smart_cards_none")) == CardReader(0, service_running=None)


def test_cryptolib_is_missing_or_there_in_an_unknown_version(mac: Build) -> None:
    assert cards.card_middleware(mac()) == CardMiddleware(version=None)
    with pytest.raises(CannotTell, match="Cryptolib"):
        cards.card_middleware(mac(files={"/usr/local/lib/libcps3_pkcs11_osx.dylib": ""}))


def test_the_reader_is_asked_to_system_profiler(mac: Build, sample: Sample) -> None:
    assert cards.card_reader(mac({"system_profiler -json SPSmartCardsDataType": sample("smart_cards")})).readers == 1


def test_names_that_speak_are_found_where_they_are_exposed(mac: Build) -> None:
    machine = mac(files={
        "/Users/pat/Desktop/mots de passe.txt": "x",
        "/Users/pat/Documents/2026/ordonnance.pdf": "x",
        "/Users/pat/Library/CloudStorage/OneDrive-Personal/code cps.txt": "x",
        "/Users/pat/Pictures/mots de passe.txt": "x",
        "/Users/pat/Desktop/.mots de passe.txt": "x",
        "/Volumes/.hidden/a": "",
    })  # fmt: skip
    look = files.sensitive_files(machine)
    assert set(look.found) == {
        SensitiveFile(Hint.PASSWORDS, Place.DESKTOP, "mots de passe.txt"),
        SensitiveFile(Hint.PATIENTS, Place.DOCUMENTS, "ordonnance.pdf"),
        SensitiveFile(Hint.CARD_PIN, Place.SYNCED, "code cps.txt"),
    }
    assert look.complete


def test_a_stick_is_looked_at_and_its_silence_leaves_the_look_incomplete(mac: Build, sample: Sample) -> None:
    name = "/Volumes/Untitled/mdp.txt"
    silent = files.sensitive_files(mac(files={name: "", "/Users/pat/Desktop/x.txt": ""}))
    assert (silent.found, silent.complete) == ((), False)
    look = files.sensitive_files(mac({"diskutil info -plist /Volumes/Untitled": sample("diskutil_usb")}))
    assert look.found == (SensitiveFile(Hint.PASSWORDS, Place.REMOVABLE, "mdp.txt"),)


def test_a_look_that_was_refused_or_cut_short_says_so(mac: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CannotTell, match="refusé"):
        files.sensitive_files(mac(look_at_files=False))
    machine = mac(
        files={f"/Users/pat/Desktop/{number}.txt": "" for number in range(5)} | {"/Users/pat/Desktop/a/b/c/d/e.txt": ""}
    )
    assert not files.sensitive_files(machine).complete
    monkeypatch.setattr(files, "MOST_FILES", 2)
    assert files.sensitive_files(machine).examined == 2


def test_a_desktop_closed_by_macos_is_not_an_empty_desktop(mac: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = mac(files={"/Users/pat/Desktop/x.txt": ""})

    def closed(_: object, folder: str, **_more: object) -> list[str]:
        raise CannotTell(folder)

    monkeypatch.setattr(type(machine), "names", closed)
    monkeypatch.setattr(files, "mounts", lambda _: [])
    with pytest.raises(CannotTell, match="autorisez"):
        files.sensitive_files(machine)


def test_firefox_tells_and_chrome_does_not(mac: Build) -> None:
    support = "/Users/pat/Library/Application Support"
    with pytest.raises(CannotTell, match="Safari et Chrome"):
        files.browser_passwords(mac(files={f"{support}/Google/Chrome/Default/Login Data": ""}))
    assert files.browser_passwords(mac(files={f"{support}/Firefox/Profiles/ab.default/logins.json": ""})).profiles == 1


def test_printed_documents_are_those_cups_names_so(mac: Build) -> None:
    with pytest.raises(NotThere):
        files.print_spool(mac())
    kept = {f"/private/var/spool/cups/{name}": "" for name in ("d00360-001", "c00360", "tmp/d00001-001")}
    assert files.print_spool(mac(files=kept)).kept == 1


def test_mail_programs_are_seen_and_not_read(mac: Build) -> None:
    with pytest.raises(NotThere):
        files.mail_accounts(mac())
    with pytest.raises(CannotTell, match="Thunderbird"):
        files.mail_accounts(mac(files={"/Users/pat/Library/Thunderbird/profiles.ini": ""}))
    with pytest.raises(CannotTell, match="Mail"):
        files.mail_accounts(mac(files={"/Users/pat/Library/Mail/V10/a": ""}))


def test_a_started_program_anybody_may_change_is_counted(mac: Build, sample: Sample, tmp_path: Path) -> None:
    machine = mac(files={
        "/Library/LaunchDaemons/com.example.helper.plist": sample("launch_daemon"),
        "/Library/Helpers/helper": "",
        "/Library/LaunchAgents/broken.plist": "x",
    })  # fmt: skip
    assert (files.startup_rights(machine).writable_by_all, files.startup_rights(machine).examined) == (0, 5)
    (tmp_path / "Library/Helpers/helper").chmod(0o777)
    assert files.startup_rights(machine).writable_by_all == 1


def test_the_program_of_a_job_is_a_whole_path(sample: Sample) -> None:
    assert files.started_program(parse_plist(sample("launch_daemon"))) == "/Library/Helpers/helper"
    assert files.started_program({"Program": "/bin/a", "ProgramArguments": ["b"]}) == "/bin/a"
    assert files.started_program({"ProgramArguments": ["relative"]}) == ""
