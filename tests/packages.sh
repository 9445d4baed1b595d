#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# packages.sh - the Debian packages: built, looked at by lintian, installed in a bare Debian, run there, removed.
# Needs root (debootstrap, chroot); the bare system is made once below /var/tmp and kept.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
work=$(mktemp -d); cache=${ISR_BARE_DEBIAN:-/var/tmp/isr-bare-debian}; root=$work/root
finish() { umount "$root/proc" 2>/dev/null || true; umount "$root" 2>/dev/null || true; rm -rf --one-file-system "$work"; }
trap finish EXIT
say() { echo "packages: $*" >&2; }
quietly() { "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; say "failed: $*"; return 1; }; }

say 'building'
mkdir "$work/isr"
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$work/isr/"
(cd "$work/isr" && quietly dpkg-buildpackage -us -uc)
lintian --allow-root --fail-on error,warning "$work"/*.changes

if [[ ! -e $cache/.ready ]]; then
  say 'making a bare Debian, once'
  rm -rf "$cache"; mkdir -p "$cache"
  quietly debootstrap --variant=minbase --include=ca-certificates bookworm "$cache" "$(awk '/^URIs:/{print $2; exit}' /etc/apt/sources.list.d/debian.sources)"
  touch "$cache/.ready"
fi
mkdir "$root" "$work/upper" "$work/overlay"
mount -t overlay overlay -o "lowerdir=$cache,upperdir=$work/upper,workdir=$work/overlay" "$root" 2>/dev/null || cp -a "$cache/." "$root/" # no overlay on an overlay
mount -t proc proc "$root/proc"
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
rm -f "$root/etc/apt/sources.list"; cp /etc/apt/sources.list.d/debian.sources "$root/etc/apt/sources.list.d/"
cp "$work"/*.deb "$root/tmp/"
inside() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive chroot "$root" sh -euc "$1"; }

say 'installing'
quietly inside 'apt-get update -qq && apt-get install -y -qq --no-install-recommends systemd man-db gstreamer1.0-tools /tmp/isr_*.deb /tmp/gstreamer1.0-isr_*.deb /tmp/gstreamer1.0-isr-http_*.deb'

say 'running'
inside '
  isr --version
  isr check /etc/isr/config.ini
  for page in "1 isr" "5 isr.ini" "1 isr-doctor"; do man -w $page >/dev/null; done
  for element in isrsplitsink isrloudness isrhttpsrc; do gst-inspect-1.0 $element >/dev/null; done
  test -n "$(gst-launch-1.0 --version)"
  cd /tmp && gst-launch-1.0 -q audiotestsrc num-buffers=200 ! isrsplitsink @preset=evidence source=desk && find desk -name "desk_*.flac" | grep -q .
  mkdir /tmp/recordings && chown isr /tmp/recordings
  setpriv --reuid isr --regid isr --init-groups isr --demo -o general.output_directory=/tmp/recordings -o general.split_minutes=0.05 -o web.listen=none & recorder=$!
  tries=0; until find /tmp/recordings -name "*.flac" -size +10k | grep -q .; do tries=$((tries + 1)); test $tries -lt 300; sleep 0.1; done
  kill $recorder; wait $recorder
  test -z "$(find /tmp/recordings -name "*.part")"
  id isr
  grep -q complete /usr/share/bash-completion/completions/isr
'
systemd-analyze security --offline=true --root="$root" isr.service >"$work/security" || true
tail -1 "$work/security" >&2
systemd-analyze verify --man=no --root="$root" /usr/lib/systemd/system/isr.service >"$work/verify" 2>&1 || { cat "$work/verify"; say 'the unit is wrong'; exit 1; }
exposure=$(grep 'Overall exposure level' "$work/security" | grep -oE '[0-9]+\.[0-9]+')
awk -v e="$exposure" 'BEGIN {exit !(e <= 3.0)}' || { say "exposure is $exposure, more than 3.0"; exit 1; }

say 'removing'
quietly inside 'apt-get purge -y -qq isr gstreamer1.0-isr gstreamer1.0-isr-http'
left=$(inside 'find /usr/bin/isr /usr/lib /etc/isr /usr/share \( -name "isr*" -o -name "*gstisr*" -o -name "Isr*.prs" \) 2>/dev/null || true')
[[ -z $left ]] || { say "left behind: $left"; exit 1; }
say 'ok'
