#!/usr/bin/env bash
# The Debian packages that tests need. A test whose service is absent is skipped with the reason.
set -euo pipefail

packages=(softhsm2 postgresql gnome-keyring dbus valgrind chromium zbar-tools nginx)
missing=()
for package in "${packages[@]}"; do
    dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
if [ ${#missing[@]} = 0 ]; then exit 0; fi

apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120)
if [ "$(id -u)" != 0 ]; then apt=(sudo -n "${apt[@]}"); fi
# a list that cannot be renewed may still do
"${apt[@]}" update || true
"${apt[@]}" install --yes --no-install-recommends "${missing[@]}"
