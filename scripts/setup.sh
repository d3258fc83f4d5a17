#!/usr/bin/env bash
# Installs what the tests and the demo need: Debian packages where missing (and where we may), then the npm packages.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
  # what the commands call; the same list as src/formats/tools.ts, held against it by tests/setup.test.ts
  apt bash dash dosfstools dpkg e2fsprogs git gzip jq kmod mtools pigz qemu-system-arm qemu-system-x86 qemu-utils squashfs-tools util-linux xorriso xz-utils zstd
  # firmware for the machines that are booted
  ovmf qemu-efi-aarch64
  # what the stand-in upstream is made with
  debian-archive-keyring gcc gcc-aarch64-linux-gnu libc6-dev libc6-dev-arm64-cross make
  # the browser in which the report is looked at
  chromium
  # foreign readers that check what we write
  binutils-aarch64-linux-gnu binutils-x86-64-linux-gnu cpio docker-registry gdisk skopeo
)

need_node() {
  echo "talos-roles needs Node 20.19 or later with npm; found: $(node --version 2>/dev/null || echo none)." >&2
  echo "See https://nodejs.org/en/download, or install the package nodejs of your distribution where it is new enough." >&2
  exit 3
}
command -v node >/dev/null && command -v npm >/dev/null || need_node
node -e 'const [a,b]=process.versions.node.split(".").map(Number); process.exit(a>20||(a===20&&b>=19)?0:1)' || need_node

missing=()
if command -v dpkg-query >/dev/null; then
  for package in "${packages[@]}"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
else
  echo "This is not a Debian system: make sure that the programs of these packages are there: ${packages[*]}" >&2
fi

if [ ${#missing[@]} -gt 0 ]; then
  root=()
  if [ "$(id -u)" != 0 ]; then
    if sudo -n true 2>/dev/null; then root=(sudo -n); else
      echo "These Debian packages are missing, and only root may install them. Run:" >&2
      echo "  sudo apt-get install --no-install-recommends ${missing[*]}" >&2
      exit 3
    fi
  fi
  echo "installing Debian packages: ${missing[*]}"
  "${root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# npm ci only when the lock file is newer than what is installed. Nothing needs to run anything when it is installed.
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  touch node_modules/.package-lock.json
fi
