#!/usr/bin/env bash
# Our GRPO step and a peer's on the same workloads, in turns, since a machine is never quite idle; one JSON line each:
# bash bench/peers/compare.sh [python] [trl|torch] [rounds] [cores] [step|quickstart|both]
# RUN="chrt -r 5" goes before each command, to keep other work of the machine away.
set -euo pipefail
cd "$(dirname "$0")/../.."
python="${1:-python3}"; engine="${2:-trl}"; rounds="${3:-3}"; cores="${4:-2}"; which="${5:-both}"
ours=(${RUN:-} node --conditions=@bridge-rl/source --import tsx)
peer=(${RUN:-} "$python" bench/peers/grpo-step.py --engine "$engine" --threads "$cores" --steps 2 --micro-batch 32)
prompts="$(mktemp)"
trap 'rm -f "$prompts"' EXIT
"${ours[@]}" packages/cli/bench/quickstart-step.ts --write-prompts "$prompts" --steps 2
for _ in $(seq "$rounds"); do
  if [ "$which" != quickstart ]; then
    "${ours[@]}" packages/grpo/bench/step.ts --workers "$cores" --steps 2 --json
    "${ours[@]}" packages/grpo/bench/step.ts --threads "$cores" --steps 2 --json
    "${peer[@]}" 2>/dev/null | tail -n 1
  fi
  if [ "$which" != step ]; then
    "${ours[@]}" packages/cli/bench/quickstart-step.ts --workers "$cores" --steps 2 --json
    "${ours[@]}" packages/cli/bench/quickstart-step.ts --threads "$cores" --steps 2 --json
    "${peer[@]}" --workload "$prompts" 2>/dev/null | tail -n 1
  fi
done
