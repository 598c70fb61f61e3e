"""The ways a Debian is changed, one by one, each with the check that must see it and how it is undone.

Scripts run in the namespace of the examination; $M is the root of the changed Debian.
"""

from dataclasses import dataclass

HOME = "$M/home/helene"
PREFS = f"{HOME}/.thunderbird/ab12.default/prefs.js"
RULES = f"{HOME}/.thunderbird/ab12.default/ImapMail/imap.cabinet.example/msgFilterRules.dat"
SSHD = "$M/etc/ssh/sshd_config.d/practice.conf"
BUREAU = f"{HOME}/Bureau"
LIGHTDM = "$M/etc/lightdm/lightdm.conf"
XFCE = f"{HOME}/.config/xfce4/xfconf/xfce-perchannel-xml/xfce4-screensaver.xml"

CLOCK = """
chroot $M /usr/sbin/chronyd -x -u root 2>/dev/null
for n in $(seq 50); do [ -e $M/run/chrony/chronyd.pid ] && break; sleep 0.1; done
"""
START = (
    """
nft add table inet practice
nft add chain inet practice input '{ type filter hook input priority 0; policy drop; }'
nft add rule inet practice input iif lo accept
"""
    + CLOCK
)
"""What runs in the practice's Debian before each examination: a firewall and a clock."""


@dataclass(frozen=True)
class Change:
    """One change: its name, the check that sees it, the outcome it gives, the scripts."""

    name: str
    check: str
    change: str
    undo: str
    becomes: str = "failed"


def edit(file: str, expression: str) -> tuple[str, str]:
    """Change a file with sed, and put the old one back."""
    return f'cp -a "{file}" "$L/saved"; sed -i "{expression}" "{file}"', f'cp -a "$L/saved" "{file}"'


def append(file: str, line: str) -> tuple[str, str]:
    """Add a line to a file that may not exist, and take it away again."""
    save = f'cp -a "{file}" "$L/saved" 2>/dev/null || rm -f "$L/saved"'
    back = f'if [ -e "$L/saved" ]; then cp -a "$L/saved" "{file}"; else rm -f "{file}"; fi'
    return f"{save}; printf '%b\\n' '{line}' >> \"{file}\"", back


def create(file: str, content: str = "") -> tuple[str, str]:
    """Make a file, and remove it."""
    return f"printf '%b' '{content}' > \"{file}\"", f'rm -f "{file}"'


def mode(file: str, bad: str, good: str) -> tuple[str, str]:
    """Open the rights of a file, and close them."""
    return f'chmod {bad} "{file}"', f'chmod {good} "{file}"'


def listen(port: int) -> tuple[str, str]:
    """Let a program listen on every address, and stop it."""
    program = (
        "import socket,time; s=socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); "
        f"s.bind(('0.0.0.0', {port})); s.listen(); time.sleep(60)"
    )
    ready = f"for n in $(seq 50); do ss -Hltn 'sport = :{port}' | grep -q . && break; sleep 0.1; done"
    return f'python3 -c "{program}" & echo $! > "$L/pid"; {ready}', 'kill "$(cat "$L/pid")"; wait 2>/dev/null || true'


_STICK = """
truncate -s 16M "$L/stick"; mkfs.ext4 -q "$L/stick"; mkdir -p $M/media/helene/CLE; mount -o loop "$L/stick" $M/media/helene/CLE
"""
_RESTIC_ON_STICK = (
    "mkdir -p $M/media/helene/CLE/depot/{data,index,keys,snapshots}; touch $M/media/helene/CLE/depot/config"
)
_EMPTY_STICK = "rm -rf $M/media/helene/CLE/depot"
_LOGIN_DATA = """
mkdir -p %s/.config/chromium/Default
python3 - <<PY
import sqlite3
c = sqlite3.connect("%s/.config/chromium/Default/Login Data")
c.execute("CREATE TABLE logins (origin_url TEXT, password_value BLOB, blacklisted_by_user INTEGER)")
c.execute("INSERT INTO logins VALUES ('https://cabinet.example', x'00', 0)")
c.commit()
PY
""" % (HOME, HOME)
_REFUSED = """
python3 - <<PY
import struct, time
record = struct.Struct("<h2xi32s4s32s256shhiii16s20x")
row = record.pack(6, 1, b"ssh:notty", b"", b"root", b"192.0.2.7", 0, 0, 0, int(time.time()) - 3600, 0, b"")
open("$M/var/log/btmp", "ab").write(row * 30)
PY
"""
_LASTLOG = """
cp -a $M/var/log/lastlog "$L/saved"
python3 - <<PY
import struct, time
uid = next(int(line.split(":")[2]) for line in open("$M/etc/passwd") if line.startswith("karim:"))
with open("$M/var/log/lastlog", "r+b") as stream:
    stream.seek(292 * uid)
    stream.write(struct.pack("<i", int(time.time()) - 200 * 86400))
PY
"""
_OLD_PACKAGE = """
cp -a $M/var/lib/dpkg/status "$L/saved"
python3 - <<PY
import glob, re
security = open(next(n for n in glob.glob("$M/var/lib/apt/lists/*security*_Packages"))).read()
status = open("$M/var/lib/dpkg/status").read()
names = set(re.findall("^Package: (.*)$", security, re.M))
name = next(n for n in sorted(names) if f"\\nPackage: {n}\\nStatus: install ok installed\\n" in status)
head, tail = status.split(f"\\nPackage: {name}\\n", 1)
tail = re.sub("^Version: .*$", "Version: 0.0.1-1", tail, count=1, flags=re.M)
open("$M/var/lib/dpkg/status", "w").write(f"{head}\\nPackage: {name}\\n{tail}")
PY
"""
_NEVER_LOCKS = (
    '<channel name="xfce4-screensaver" version="1.0"><property name="lock" type="empty">'
    '<property name="enabled" type="bool" value="false"/></property></channel>'
)
_BACK_STATUS = 'cp -a "$L/saved" $M/var/lib/dpkg/status'
_PHP = "\\nPackage: php7.4-cli\\nStatus: install ok installed\\nVersion: 7.4.33-1\\n"
_THREE_SERIALS = "".join(
    f"2026-11-2{n}T10:00:00+01:00 poste kernel: usb 1-{n}: SerialNumber: AA0{n}\\n"
    f"2026-11-2{n}T10:00:01+01:00 poste kernel: usb-storage 1-{n}:1.0: USB Mass Storage device detected\\n"
    for n in range(1, 4)
)

CHANGES = (
    Change("compte sans mot de passe", "passwords-empty", "chroot $M passwd -q -d helene", "chroot $M usermod -p '$y$j9T$x$y' helene"),
    Change("SSH avec mot de passe", "passwords-ssh", *edit(SSHD, "s/PasswordAuthentication no/PasswordAuthentication yes/")),
    Change("pare-feu coupé", "access-firewall", "nft flush ruleset", START.split("nft add rule")[0]),
    Change("partage sans mot de passe", "access-shares-anonymous", *edit("$M/etc/samba/smb.conf", "s/valid users.*/guest ok = yes/; s/read only = no/read only = yes/")),
    Change("partage modifiable par tous", "access-shares-writable", *edit("$M/etc/samba/smb.conf", "/valid users/d")),
    Change("mise à jour manquante", "access-updates-pending", _OLD_PACKAGE, _BACK_STATUS),
    Change("listes vieilles d'un mois", "access-updates-fresh", "cp -a $M/var/lib/apt \"$L/apt\"; find $M/var/lib/apt -exec touch -d '30 days ago' {} +", 'rm -rf $M/var/lib/apt; cp -a "$L/apt" $M/var/lib/apt'),
    Change("mises à jour à la main", "access-updates-automatic", *edit("$M/etc/apt/apt.conf.d/20auto-upgrades", 's/Unattended-Upgrade ..../Unattended-Upgrade \\"0\\";/')),
    Change("redémarrage attendu", "access-restart-pending", *create("$M/run/reboot-required")),
    Change("système abandonné", "access-system-supported", *edit("$M/usr/lib/os-release", 's/VERSION_ID=.*/VERSION_ID=\\"10\\"/')),
    Change("programme abandonné", "access-software-supported", *append("$M/var/lib/dpkg/status", _PHP)),
    Change("source non signée", "access-package-sources", *append("$M/etc/apt/sources.list", "deb [trusted=yes] http://paquets.example/ stable main")),
    Change("mots de passe sur le bureau", "passwords-list-file", *create(f"{BUREAU}/mots de passe.txt")),
    Change("code de la carte sur le bureau", "cps-pin-file", *create(f"{BUREAU}/code carte CPS.txt")),
    Change("patients sur le bureau", "gdpr-patient-files", *create(f"{BUREAU}/liste patients 2026.xlsx")),
    Change("image DICOM dans un nuage", "gdpr-patient-files-synced", f"python3 -c \"open('{HOME}/Nextcloud/IM0001','wb').write(b'\\0'*128+b'DICM')\"", f"rm {HOME}/Nextcloud/IM0001"),
    Change("clé non chiffrée branchée", "access-removable-encrypted", _STICK, "umount $M/media/helene/CLE"),
    Change("sauvegarde attachée au démarrage", "backup-permanent-mount", *append("$M/etc/fstab", "//nas/sauvegarde /mnt/sauvegarde cifs credentials=/root/.c 0 0")),
    Change("copies effaçables", "backup-target-writable", "chroot $M chown helene /srv/backup/depot", "chroot $M chown root /srv/backup/depot"),
    Change("copie ancienne", "backup-recent", f"touch -d '20 days ago' {HOME}/.cache/restic/0123abcd/snapshots", f"touch {HOME}/.cache/restic/0123abcd/snapshots"),
    Change("trop d'administrateurs", "access-administrators-few", "for p in karim nadia paul; do chroot $M usermod -aG sudo $p; done", "for p in karim nadia paul; do chroot $M gpasswd -d $p sudo; done"),
    Change("compte de tous les jours administrateur", "access-daily-account", "chroot $M usermod -aG sudo helene", "chroot $M gpasswd -d helene sudo"),
    Change("jumeau de root", "access-root-twins", "chroot $M useradd -o -u 0 -g 0 -M jumeau", "chroot $M userdel -f jumeau 2>/dev/null || sed -i /^jumeau:/d $M/etc/passwd $M/etc/shadow"),
    Change("dossier personnel ouvert", "access-home-rights", *mode(HOME, "755", "700")),
    Change("compte oublié", "access-dormant-accounts", _LASTLOG, 'cp -a "$L/saved" $M/var/log/lastlog'),
    Change("mots de passe refusés", "access-failed-logons", _REFUSED, "truncate -s 0 $M/var/log/btmp"),
    Change("journaux courts", "access-logs-kept", *edit("$M/etc/logrotate.d/rsyslog", "s/rotate 30/rotate 4/")),
    Change("heure non tenue", "access-time-sync", "kill $(cat $M/run/chrony/chronyd.pid); for n in $(seq 50); do [ -e $M/run/chrony/chronyd.pid ] || break; sleep 0.1; done", CLOCK),
    Change("adresse détournée", "access-hosts", *append("$M/etc/hosts", "203.0.113.9 www.ameli.fr")),
    Change("intermédiaire réglé", "access-proxy", *append("$M/etc/environment", "https_proxy=http://192.0.2.1:3128")),
    Change("serveur de noms inconnu", "access-dns", *append("$M/etc/resolv.conf", "nameserver 5.9.9.9"), becomes="unknown"),
    Change("autorité ajoutée", "access-added-roots", "cp $M/etc/ssl/private/poste.pem $M/usr/local/share/ca-certificates/poste.crt", "rm $M/usr/local/share/ca-certificates/poste.crt"),
    Change("certificat périmé", "access-certificates", "openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -out $M/etc/ssl/private/vieux.pem -days 3 -subj /CN=vieux 2>/dev/null", "rm $M/etc/ssl/private/vieux.pem"),
    Change("démarrage modifiable par tous", "access-startup-rights", *mode("$M/etc/cron.daily/dpkg", "777", "755")),
    Change("prise en main à distance", "access-remote-tools", *create("$M/usr/bin/anydesk")),
    Change("base de données ouverte", "access-databases-reachable", *listen(5432)),
    Change("port DICOM ouvert", "access-medical-ports", *listen(11112)),
    Change("partage d'écran", "access-vnc", *listen(5900)),
    Change("service ancien", "access-legacy-services", *listen(23)),
    Change("bureau à distance", "access-remote-desktop", *listen(3389)),
    Change("serveur de messagerie", "messaging-mail-server", *listen(25)),
    Change("service inconnu", "access-other-services", *listen(7777)),
    Change("mots de passe courts", "passwords-policy", *edit("$M/etc/pam.d/common-password", "s/minlen=12/minlen=8/")),
    Change("essais sans fin", "passwords-lockout", *edit("$M/etc/pam.d/common-auth", "/pam_faillock/d")),
    Change("empreinte ancienne", "passwords-hash", *edit("$M/etc/shadow", "s/^nadia:[^:]*/nadia:\\$1\\$abcdefgh\\$0123456789012345678901/")),
    Change("empreintes lisibles", "passwords-secret-files", *mode("$M/etc/shadow", "644", "640")),
    Change("sudo sans mot de passe", "passwords-elevation", *create("$M/etc/sudoers.d/helene", "helene ALL=(root) NOPASSWD: /usr/bin/apt-get update\\n")),
    Change("clé sans phrase secrète", "passwords-private-keys", f"ssh-keygen -q -t ed25519 -N '' -f {HOME}/.ssh/id_libre", f"rm {HOME}/.ssh/id_libre*"),
    Change("mot de passe dans .netrc", "passwords-stored", *create(f"{HOME}/.netrc", "machine nas.example login x password y\\n")),
    Change("mots de passe dans le navigateur", "passwords-browser", _LOGIN_DATA, f"rm -r {HOME}/.config/chromium"),
    Change("coffre désinstallé", "passwords-manager", 'mv $M/usr/bin/keepassxc "$L/saved"', 'mv "$L/saved" $M/usr/bin/keepassxc'),
    Change("messagerie grand public", "messaging-consumer-account", *edit(PREFS, 's/accueil@cabinet.example\\", *$/x/; s/userName., .*/userName\\", \\"cabinet@orange.fr\\");/')),
    Change("messagerie en clair", "messaging-encrypted-link", *edit(PREFS, 's/socketType., 3/socketType\\", 0/')),
    Change("renvoi automatique", "messaging-forwarding", *create(RULES, 'action="Forward"\\nactionValue="copie@ailleurs.example"\\n')),
    Change("images distantes", "messaging-remote-images", *append(PREFS, 'user_pref("mailnews.message_display.disable_remote_image", false);')),
    Change("impressions gardées", "gdpr-print-spool", *create("$M/var/spool/cups/d00012-001", "x")),
    Change("Wi-Fi ouvert", "access-wifi", *create("$M/etc/NetworkManager/system-connections/cafe.nmconnection", "[connection]\\ntype=wifi\\n")),
    Change("session ouverte seule", "access-auto-login", *append(LIGHTDM, "autologin-user=helene")),
    Change("session d'invité", "access-guest-account", *edit(LIGHTDM, "s/allow-guest=false/allow-guest=true/")),
    Change("écran jamais verrouillé", "access-screen-lock", *create(XFCE, _NEVER_LOCKS)),
    Change("six clés USB", "access-removable-history", *append("$M/var/log/kern.log", _THREE_SERIALS + _THREE_SERIALS.replace("AA0", "BB0").replace("1-", "2-"))),
)  # fmt: skip

ON_STICK = (Change("sauvegarde sur la clé branchée", "backup-disk-unplugged", _RESTIC_ON_STICK, _EMPTY_STICK),)
WITH_SSH_PASSWORDS = (
    Change("root par SSH", "passwords-ssh-root", *edit(SSHD, "s/PermitRootLogin no/PermitRootLogin yes/")),
    Change("SSH mot de passe vide", "passwords-ssh-empty", *edit(SSHD, "s/EmptyPasswords no/EmptyPasswords yes/")),
)

PRACTICES = {
    "calm": (START, CHANGES),
    "stick plugged": (START + _STICK, ON_STICK),
    "SSH with passwords": (
        START + edit(SSHD, "s/PasswordAuthentication no/PasswordAuthentication yes/")[0],
        WITH_SSH_PASSWORDS,
    ),
}
"""Each practice as it starts, and the changes that must move their check, and no other, both ways."""
