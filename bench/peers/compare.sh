#!/usr/bin/env bash
# Our GRPO step and a peer's on the same workload, in turns, since a machine is never quite idle: bash bench/peers/compare.sh [python] [trl|torch] [rounds] [threads]
set -euo pipefail
cd "$(dirname "$0")/../.."
python="${1:-python3}"; engine="${2:-trl}"; rounds="${3:-3}"; threads="${4:-1}"
for _ in $(seq "$rounds"); do
  node --conditions=@bridge-rl/source --import tsx packages/grpo/bench/step.ts --threads "$threads" --steps 2 --json
  "$python" bench/peers/grpo-step.py --engine "$engine" --threads "$threads" --steps 2
done
