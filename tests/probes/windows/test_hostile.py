"""Whatever Windows prints, a parser answers a fact, CannotTell or NotThere, and nothing else."""

import itertools
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hygie.probes.machine import CannotTell, NotThere
from hygie.probes.windows import accounts, cards, disks, mail, network, programs, rights, ssh, system, updates
from hygie.probes.windows.answers import Row, as_rows

NOW = datetime(2026, 11, 24, tzinfo=UTC)
NAMES = {"AnyDesk": ("anydesk",)}
PARSERS = [
    system.release, system.clock, system.space, system.failed_logons, system.print_spool,
    lambda rows: system.logs(rows, NOW), lambda rows: system.secure_boot(None, rows),
    lambda rows: system.secure_boot(rows, []),
    updates.last_search, updates.automatic, updates.reboot, lambda rows: updates.pending(rows, rows),
    disks.removable_history, disks.autorun, lambda rows: disks.system_volumes(rows, rows, rows),
    lambda rows: disks.swap_areas(rows, rows, rows), lambda rows: disks.removable_media(rows, rows, rows),
    accounts.guest, accounts.auto_login, accounts.elevation, accounts.lockout, accounts.password_policy,
    accounts.screen_lock, lambda rows: accounts.administrators(rows, rows),
    lambda rows: accounts.daily_account(rows, rows), lambda rows: accounts.dormant(rows, rows, NOW),
    rights.secret_files, rights.homes, rights.startup,
    network.listening, network.remote_desktop, network.proxy, network.resolvers,
    lambda rows: network.firewall(rows, rows), lambda rows: network.shares(rows, rows),
    lambda rows: network.wifi(rows, rows),
    programs.software, lambda rows: programs.matching(rows, NAMES),
    lambda rows: programs.sync_folders(rows, rows, NAMES), lambda rows: programs.antivirus(rows, rows),
    cards.middleware, cards.certificates, lambda rows: cards.reader(rows, rows),
    mail.outlook_fetching, mail.outlook_accounts, ssh.is_served,
]  # fmt: skip
PROPERTIES = [
    "Caption", "BuildNumber", "ProductType", "DisplayVersion", "Type", "StartMode", "State", "Size",
    "FreeSpace", "LogMode", "IsEnabled", "FileSize", "MaximumSizeInBytes", "OldestEvent", "Count",
    "StatusMask", "SecureBoot", "UEFISecureBootEnabled", "LastSearchSuccessDate", "Title", "MsrcSeverity",
    "CategoryIDs", "NoAutoUpdate", "AUOptions", "RebootRequired", "WindowsUpdateKey", "ComponentKey",
    "DeviceID", "DriveType", "BitLockerProtection", "HoldsBackup", "MountPoint", "VolumeStatus",
    "ProtectionStatus", "LockStatus", "DriveLetter", "Name", "Device", "Instance", "Machine", "User",
    "DisableAutoplay", "SID", "Enabled", "PrincipalSource", "LastLogon", "PasswordLastSet", "Elevated",
    "AutoAdminLogon", "EnableLUA", "ConsentPromptBehaviorAdmin", "MinPasswordLength",
    "MaxBadPasswordsAllowed", "InactivityTimeoutSecs", "ScreenSaveActive", "ScreenSaverIsSecure",
    "ScreenSaveTimeOut", "Program", "SleepAfter", "ConsoleLock", "Path", "Denied", "Rules", "Rights", "Kind",
    "Propagation", "DefaultInboundAction", "displayName", "productState", "LocalAddress", "LocalPort",
    "ProcessName", "fDenyTSConnections", "UserAuthentication", "AccessControlType", "AccessRight",
    "EveryoneIncludesAnonymous", "GuestEnabled", "authentication", "encryption", "Adapters", "ProxyEnable",
    "HasScript", "ServerAddresses", "DisplayName", "HasFolder", "AntivirusEnabled",
    "RealTimeProtectionEnabled", "AntivirusSignatureLastUpdated", "PNPDeviceID", "Present", "Versions",
    "IsThere", "NotAfter", "HasPrivateKey", "Usages", "Domain", "HasServer", "ReadSsl", "SendSsl",
    "SendSecure", "BlockExtContent",
]  # fmt: skip
VALUES = [
    None, True, False, 0, 1, -1, 2**70, 1.5, "", "x", "1", "True", "Vrai", "Accès refusé", "C:", "S-1-5-32-545", "::1",
    "0.0.0.0", "2026-11-24T00:00:00Z", "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59-14:00", [], [1], ["C:"], {},
    {"SID": "S-1-1-0"}, [{"SID": "S-1-1-0", "Rights": "x", "Kind": 1}], "\x00", "²", "٣",
]  # fmt: skip


def survives(parser, rows):
    sentence = "Un fait."
    try:
        assert parser(rows) is not None
    except (CannotTell, NotThere) as answer:
        sentence = str(answer)
    assert sentence.endswith(".")


@pytest.mark.parametrize("parser", PARSERS)
def test_a_parser_survives_a_row_of_one_value(parser):
    for value in VALUES:
        survives(parser, [Row(dict.fromkeys(PROPERTIES, value))])


@pytest.mark.parametrize("parser", PARSERS)
def test_a_parser_survives_no_row_an_empty_row_and_many_rows(parser):
    for rows in ([], [Row({})], [Row({})] * 50, [Row({"value": [], "Count": "x"})]):
        survives(parser, rows)


@pytest.mark.parametrize("parser", PARSERS)
def test_a_parser_survives_mixed_values(parser):
    wheel = itertools.cycle(VALUES)
    for _ in range(120):
        survives(parser, [Row({name: next(wheel) for name in PROPERTIES})])
        next(wheel)


def test_every_published_sample_with_one_value_spoilt_is_survived():
    for path in sorted((Path(__file__).parent / "samples").glob("*.json")):
        rows = json.loads(path.read_text(encoding="utf-8"))
        rows = rows if isinstance(rows, list) else [rows]
        for name, value in itertools.product(rows[0], VALUES):
            spoilt = as_rows([{**rows[0], name: value}, *rows[1:]])
            for parser in PARSERS:
                survives(parser, spoilt)
