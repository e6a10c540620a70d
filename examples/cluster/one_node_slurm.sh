#!/usr/bin/env bash
# A Slurm cluster of one node from Debian's packages, the workflow through it with all that check.sh does, and the loss of
# the node besides; then everything that was set up is stopped and removed (the packages stay).
#
#     examples/cluster/one_node_slurm.sh target/release/examples/basin_isolation
#
# Needs root, and snakemake with snakemake-executor-plugin-slurm in PATH. Refuses a machine that has a slurm.conf.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
conf=/etc/slurm/slurm.conf
node=$(hostname -s)

if [ -e $conf ]; then echo "$conf exists: this machine has a Slurm of its own"; exit 1; fi
program=$(realpath "$1")
if ! command -v slurmctld > /dev/null || ! command -v munged > /dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq slurm-wlm munge
fi

state=$(mktemp -d /var/tmp/one_node_slurm.XXXXXX)
chmod 755 "$state"
pid() { cat "$state/$1.pid" 2> /dev/null; }
tear_down() {
  local name
  scancel --partition main 2> /dev/null && sleep 2
  for name in slurmd slurmctld munged; do kill "$(pid $name)" 2> /dev/null; done
  sleep 2
  rm -rf $conf "$state"
  echo "stopped; to remove the packages: apt-get purge slurm-wlm munge && apt-get autoremove --purge"
}
trap 'set +e; tear_down' EXIT

# Process tracking without control groups, so that a container will do; no accounting. A node that does not answer for
# ten seconds is down, and in service again as soon as it does. MinJobAge is for how long squeue remembers a job.
cat > $conf <<END
ClusterName=one
SlurmctldHost=$node
SlurmUser=root
StateSaveLocation=$state/state
SlurmdSpoolDir=$state/spool
SlurmctldPidFile=$state/slurmctld.pid
SlurmdPidFile=$state/slurmd.pid
SlurmctldLogFile=$state/slurmctld.log
SlurmdLogFile=$state/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SlurmdTimeout=10
ReturnToService=2
MinJobAge=3600
$(slurmd -C | grep ^NodeName)
PartitionName=main Nodes=$node Default=YES MaxTime=INFINITE State=UP
END

if ! munge -n > /dev/null 2>&1; then
  install -d -o munge -g munge -m 755 /run/munge
  # It writes its number where its own user may.
  runuser -u munge -- munged
  ln -s /run/munge/munged.pid "$state/munged.pid"
fi
mkdir "$state/state" "$state/spool"
slurmctld
slurmd
for _ in $(seq 60); do if sinfo -h -o %T 2> /dev/null | grep -q idle; then break; fi; sleep 1; done
sinfo

# All that the node runs is gone at once, its daemon too; it is back when Slurm has noticed.
cat > "$state/lose_node.sh" <<END
#!/usr/bin/env bash
tree() { echo "\$1"; for child in \$(pgrep -P "\$1"); do tree "\$child"; done; }
# Parents first: nobody is left to tell Slurm how a job has ended.
kill -9 \$(cat $state/slurmd.pid) \$(for step in \$(pgrep -x slurmstepd); do tree "\$step"; done)
until sinfo -h -o %T | grep -q down; do sleep 1; done
sinfo -h -o "node %n is %T"
slurmd
END
chmod +x "$state/lose_node.sh"

LOSE_NODE=$state/lose_node.sh "$here/check.sh" "$program" slurm --jobs 2 --latency-wait 5 \
  --slurm-status-command squeue --slurm-init-seconds-before-status-checks 5 --seconds-between-status-checks 5
