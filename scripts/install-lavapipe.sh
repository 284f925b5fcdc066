#!/usr/bin/env bash
# Installs lavapipe, Mesa's Vulkan driver that computes on the processor, so that the WebGPU provider can be tested without a graphics card.
# onnxruntime's WebGPU needs Mesa 23.1 or later; Debian 12 has it in its backports suite alone. Needs root on Debian or Ubuntu.
set -euo pipefail

if [ -e /usr/share/vulkan/icd.d/lvp_icd.json ] || [ -e /usr/share/vulkan/icd.d/lvp_icd.x86_64.json ]; then
  echo "a lavapipe driver is installed"
  exit 0
fi
if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
  echo "lavapipe is installed with apt-get, as root; install your system's Vulkan software driver by hand (mesa-vulkan-drivers, vulkan-swrast)" >&2
  exit 1
fi

. /etc/os-release
suite=()
if [ "${VERSION_CODENAME:-}" = bookworm ]; then
  echo "deb http://deb.debian.org/debian bookworm-backports main" >/etc/apt/sources.list.d/backports.list
  suite=(-t bookworm-backports)
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${suite[@]}" mesa-vulkan-drivers libvulkan1 >/dev/null
echo "installed $(dpkg-query -W -f '${Package} ${Version}' mesa-vulkan-drivers)"
