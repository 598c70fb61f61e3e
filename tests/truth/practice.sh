#!/bin/bash
# Puts a fresh Debian in the good order of a careful practice. Runs inside the root, with the network.
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q -y -o Dpkg::Options::=--force-confold upgrade

# People: Hélène works every day, nobody is administrator, every password is well kept.
for person in helene karim nadia paul; do
  useradd --create-home --shell /bin/bash "$person"
  chmod 700 "/home/$person"
done
printf 'root:Tr0ubadour-essai-1\nhelene:Tr0ubadour-essai-2\nkarim:Tr0ubadour-essai-3\nnadia:Tr0ubadour-essai-4\npaul:Tr0ubadour-essai-5\n' | chpasswd
python3 - <<'PY'
import pwd, struct, time
record = struct.Struct("<i32s256s")
days = {"helene": 0, "karim": 1, "nadia": 2, "paul": 3}
raw = bytearray(record.size * 1100)
for name, age in days.items():
    at = int(time.time()) - age * 86400 - 60
    record.pack_into(raw, pwd.getpwnam(name).pw_uid * record.size, at, b"tty1", b"")
open("/var/log/lastlog", "wb").write(raw)
open("/var/log/btmp", "ab").close()
PY
mkdir -p /home/helene/Bureau /home/helene/Documents /home/helene/Nextcloud /home/helene/.ssh
ssh-keygen -q -t ed25519 -N 'phrase secrete' -f /home/helene/.ssh/id_ed25519

# Passwords.
sed -i 's/pam_pwquality.so.*/pam_pwquality.so retry=3 minlen=12 minclass=4/' /etc/pam.d/common-password
sed -i '1i auth required pam_faillock.so preauth deny=5 unlock_time=600' /etc/pam.d/common-auth
mkdir -p /etc/ssh/sshd_config.d
printf 'PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin no\nPermitEmptyPasswords no\n' > /etc/ssh/sshd_config.d/practice.conf
touch /usr/bin/keepassxc /usr/bin/xfce4-screensaver; chmod 755 /usr/bin/keepassxc /usr/bin/xfce4-screensaver

# Updates, logs, start-up.
printf 'APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";\n' > /etc/apt/apt.conf.d/20auto-upgrades
sed -i 's/rotate .*/rotate 30/; s/daily/weekly/' /etc/logrotate.d/rsyslog
touch /var/log/kern.log

# Sharing, printing, Wi-Fi, certificates, name servers.
mkdir -p /srv/commun /etc/samba /etc/cups /var/spool/cups /etc/NetworkManager/system-connections
chmod 777 /srv/commun
printf '[global]\n  map to guest = never\n[commun]\n  path = /srv/commun\n  read only = no\n  valid users = @cabinet\n' > /etc/samba/smb.conf
printf '[connection]\nid=cabinet\ntype=wifi\n[wifi-security]\nkey-mgmt=wpa-psk\n' > /etc/NetworkManager/system-connections/cabinet.nmconnection
openssl req -x509 -newkey rsa:2048 -nodes -keyout /etc/ssl/private/poste.key -out /etc/ssl/private/poste.pem -days 300 -subj /CN=poste 2>/dev/null
printf 'nameserver 192.168.1.1\n' > /etc/resolv.conf

# A desktop, as its configuration files show it.
mkdir -p /usr/share/xsessions /etc/lightdm /home/helene/.config/xfce4/xfconf/xfce-perchannel-xml
printf '[Desktop Entry]\nName=Xfce\n' > /usr/share/xsessions/xfce.desktop
printf '[Seat:*]\nallow-guest=false\n' > /etc/lightdm/lightdm.conf

# Backups: restic, a recent success, copies that only root can change.
mkdir -p /home/helene/.cache/restic/0123abcd/snapshots
mkdir -p /srv/backup/depot/{data,index,keys,snapshots}; touch /srv/backup/depot/config
chmod -R go-rwx /srv/backup

# Mail.
mkdir -p /home/helene/.thunderbird/ab12.default/ImapMail/imap.cabinet.example
cat > /home/helene/.thunderbird/ab12.default/prefs.js <<'JS'
user_pref("mail.server.server1.type", "imap");
user_pref("mail.server.server1.hostname", "imap.cabinet.example");
user_pref("mail.server.server1.userName", "accueil@cabinet.example");
user_pref("mail.server.server1.socketType", 3);
user_pref("mail.smtpserver.smtp1.hostname", "smtp.cabinet.example");
user_pref("mail.smtpserver.smtp1.try_ssl", 3);
user_pref("mail.identity.id1.useremail", "accueil@cabinet.example");
JS
chown -R helene: /home/helene
