#!/bin/sh
# One share of a run, as a task of a Slurm array; no queue is needed. Submit the shares, then the merge:
#
#   shares=$(sbatch --parsable specs/deploy/slurm-share.sh model.onnx model.nap.json out/model)
#   sbatch --dependency="afterok:$shares" --wrap \
#     "napcert merge model.onnx out/model.share-*.cert.json --naps model.nap.json -o out/model.cert.json"
#
# A task that is requeued goes on from what its certificate has.
#
#SBATCH --job-name=napcert
#SBATCH --array=1-40
#SBATCH --cpus-per-task=2
#SBATCH --mem=4G
#SBATCH --time=04:00:00
#SBATCH --requeue
set -eu

model=$1
naps=$2
base=$3

code=0
"${NAPCERT:-napcert}" verify "$model" --naps "$naps" \
  --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" \
  --jobs "${SLURM_CPUS_PER_TASK:-1}" \
  -o "$base.share-$SLURM_ARRAY_TASK_ID.cert.json" --quiet || code=$?

# 3: the obligations of other shares are open, as they must be; 1: a counterexample was found.
case $code in
0 | 1 | 3) exit 0 ;;
*) exit "$code" ;;
esac
