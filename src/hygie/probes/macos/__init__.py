"""The probes of a Mac: a fact → the function that asks the machine for it.

None of this was ever run on macOS: parsers are written and tested against published outputs (docs/probes-macos.md).
What a Mac cannot honestly say has no probe here, and stays unknown.
"""

from collections.abc import Callable
from typing import Any

from hygie.probes import facts
from hygie.probes.machine import Machine
from hygie.probes.macos import accounts, backup, cards, disks, files, network, programs, session, sharing, system, wifi

PROBES: dict[type, Callable[[Machine], Any]] = {
    facts.SystemRelease: system.system_release,
    facts.SecurityUpdates: system.security_updates,
    facts.UpdateLists: system.update_lists,
    facts.AutomaticUpdates: system.automatic_updates,
    facts.PackageSources: system.package_sources,
    facts.InstalledSoftware: programs.installed_software,
    facts.SecureBoot: system.secure_boot,
    facts.TimeSync: system.time_sync,
    facts.DiskSpace: system.disk_space,
    facts.StartupRights: files.startup_rights,
    facts.SystemVolumes: disks.system_volumes,
    facts.SwapAreas: disks.swap_areas,
    facts.RemovableMedia: disks.removable_media,
    facts.Autorun: disks.autorun,
    facts.ScreenLock: session.screen_lock,
    facts.AutoLogin: accounts.auto_login,
    facts.GuestAccount: accounts.guest_account,
    facts.Administrators: accounts.administrators,
    facts.DailyAccount: accounts.daily_account,
    facts.PasswordPolicy: accounts.password_policy,
    facts.Lockout: accounts.lockout,
    facts.SecretFilesRights: accounts.secret_files_rights,
    facts.HomeRights: accounts.home_rights,
    facts.Firewall: network.firewall,
    facts.Antivirus: programs.antivirus,
    facts.SshServer: sharing.ssh_server,
    facts.ListeningServices: network.listening_services,
    facts.RemoteDesktop: sharing.remote_desktop,
    facts.RemoteTools: programs.remote_tools,
    facts.SharedFolders: sharing.shared_folders,
    facts.Wifi: wifi.wifi,
    facts.Proxy: network.proxy,
    facts.Resolvers: network.resolvers,
    facts.HostsFile: network.hosts_file,
    facts.AddedRoots: network.added_roots,
    facts.CardReader: cards.card_reader,
    facts.CardMiddleware: cards.card_middleware,
    facts.SensitiveFiles: files.sensitive_files,
    facts.BrowserPasswords: files.browser_passwords,
    facts.PasswordManagers: programs.password_managers,
    facts.PrintSpool: files.print_spool,
    facts.BackupPrograms: backup.backup_programs,
    facts.BackupTrace: backup.backup_trace,
    facts.SyncFolders: programs.sync_folders,
    facts.MailAccounts: files.mail_accounts,
}
