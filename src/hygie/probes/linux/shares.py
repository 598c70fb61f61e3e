"""Folders that this computer offers to the network: Samba (smb.conf(5), net(8) usershares) and NFS (exports(5))."""

import re

from hygie.probes.facts import Share, SharedFolders
from hygie.probes.machine import CannotTell, Machine, NotThere

Section = tuple[str, dict[str, str]]

_SMB = "/etc/samba/smb.conf"
_USERSHARES = "/var/lib/samba/usershares"
_MAX_INCLUDES = 4
_NOT_FOLDERS = ("global", "printers", "print$", "homes")
_TRUE = ("yes", "true", "1", "on", "y")
_SYNONYMS = {
    "public": "guestok", "guest_ok": "guestok", "directory": "path", "onlyguest": "guestonly", "printok": "printable",
    "writeable": "writable", "writeok": "writable",
}  # fmt: skip
_EVERYBODY_WRITES = re.compile(r"(?:S-1-1-0|S-1-5-11|Everyone):F", re.IGNORECASE)
_ANYBODY = ("", "*", "0.0.0.0/0", "::/0", "0.0.0.0/0.0.0.0")


def shared_folders(machine: Machine) -> SharedFolders:
    """Folders offered by Samba and NFS."""
    shares = (*(_share(machine, keys) for keys in _samba(machine)), *_nfs(machine))
    if not shares:
        raise NotThere("Cet ordinateur ne partage aucun dossier.")
    return SharedFolders(shares)


def shared_places(machine: Machine) -> list[str]:
    """The folders that Samba offers."""
    return [keys["path"] for keys in _samba(machine) if "%" not in keys["path"]]


# ------------------------------------------------------------------ Samba


def _samba(machine: Machine) -> list[dict[str, str]]:
    """The settings of each folder offered, those of [global] standing where a share says nothing."""
    sections = parse_smb(_whole(machine, _SMB, _MAX_INCLUDES))
    general = dict(sections).get("global", {})
    if general.get("configbackend") == "registry":
        raise CannotTell("Samba garde ses partages ailleurs que dans ses fichiers.")
    offered = [{**general, **keys} for name, keys in sections if name not in _NOT_FOLDERS]
    offered += [keys for name in machine.files(_USERSHARES) for _, keys in parse_smb(machine.read_or(name))]
    return [keys for keys in offered if "path" in keys and _is_folder(keys)]


def _is_folder(keys: dict[str, str]) -> bool:
    return not _yes(keys, "printable") and keys.get("available", "yes").casefold() in _TRUE


def _whole(machine: Machine, name: str, includes: int) -> str:
    """The text of smb.conf, each `include` replaced by the file it names."""
    lines = []
    for line in machine.read_or(name).replace("\\\n", "").splitlines():
        key, _, value = line.partition("=")
        lines.append(_included(machine, _unquoted(value), includes) if _bare(key) == "include" else line)
    return "\n".join(lines)


def _included(machine: Machine, name: str, includes: int) -> str:
    if name == "registry" or "%" in name or includes == 0:
        raise CannotTell("Samba garde une partie de ses partages ailleurs que dans ses fichiers.")
    return _whole(machine, name, includes - 1)


def _bare(key: str) -> str:
    return re.sub(r"\s", "", key).casefold()


def _unquoted(value: str) -> str:
    return value.strip().strip('"')


def parse_smb(text: str) -> list[Section]:
    """Sections of an smb.conf: name and settings, under one name for synonyms, without the spaces Samba ignores."""
    sections: dict[str, dict[str, str]] = {}
    current = sections.setdefault("global", {})
    for line in text.replace("\\\n", "").splitlines():
        kept = line.strip()
        if heading := re.match(r"\[([^\]]*)\]", kept):
            current = sections.setdefault(heading[1].strip().casefold(), {})
        elif "=" in kept and not kept.startswith(("#", ";")):
            key, _, value = kept.partition("=")
            current.update([_setting(_bare(key), _unquoted(value))])
    return [(name, keys) for name, keys in sections.items() if keys]


def _setting(key: str, value: str) -> tuple[str, str]:
    name = _SYNONYMS.get(key, key)
    if name == "readonly":
        return "writable", "no" if value.casefold() in _TRUE else "yes"
    return name, value


def _yes(keys: dict[str, str], name: str) -> bool:
    return keys.get(name, "no").casefold() in _TRUE


def _share(machine: Machine, keys: dict[str, str]) -> Share:
    chosen = keys.get("validusers", "").casefold()
    limited = bool(chosen) and "nobody" not in chosen
    guest = _yes(keys, "guestok") and not limited
    writable = _yes(keys, "writable") and not limited
    if "usershare_acl" in keys:
        writable = bool(_EVERYBODY_WRITES.search(keys["usershare_acl"]))
    by_system = guest or "forceuser" in keys or _others_can_write(machine, keys["path"])
    return Share(guest, writable and by_system)


def _others_can_write(machine: Machine, path: str) -> bool:
    status = machine.status(path)
    return bool(status and status.st_mode & 0o002)


# ------------------------------------------------------------------ NFS


def _nfs(machine: Machine) -> list[Share]:
    names = ["/etc/exports", *machine.files("/etc/exports.d", ".exports")]
    return [share for name in names for share in parse_exports(machine.read_or(name))]


def parse_exports(text: str) -> list[Share]:
    """The folders of an exports(5) file: quoted paths, continued lines and comments understood."""
    lines = [line.partition("#")[0] for line in text.replace("\\\n", " ").splitlines()]
    rows = [re.findall(r'(?:"[^"]*"|\S)+', line) for line in lines]
    return [_export(row[1:]) for row in rows if row]


def _export(words: list[str]) -> Share:
    """A client is « host(options) »; an option that starts with - holds for those that follow."""
    common = ",".join(word.removeprefix("-") for word in words if word.startswith("-"))
    clients = [word.partition("(") for word in words if not word.startswith("-")] or [("", "", "")]
    rights = [[*common.split(","), *options.rstrip(")").split(",")] for host, _, options in clients if host in _ANYBODY]
    bare = [options for options in rights if not _asks_who(options)]
    return Share(bool(bare), any(_last_right(options) == "rw" for options in bare))


def _asks_who(options: list[str]) -> bool:
    """Whether every kind of security demands a Kerberos ticket."""
    kinds = [option.removeprefix("sec=") for option in options if option.startswith("sec=")]
    return bool(kinds) and all(kind.startswith("krb5") for kind in kinds[-1].split(":"))


def _last_right(options: list[str]) -> str:
    return next((option for option in reversed(options) if option in ("rw", "ro")), "ro")
