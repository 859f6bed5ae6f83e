#!/usr/bin/env bash
# A real S3 server for tests: Ceph's object gateway over one monitor and one object store in memory, on the loopback address only.
#   ceph-s3.sh DIR MON_PORT RGW_PORT    MON_PORT+1 … MON_PORT+20 are used as well
# Prints "ready" when the gateway answers (user "test", keys ACCESS / SECRET), then waits for the end of its standard input, stops what it
# started, and removes DIR: nothing is left behind however the test process ends.
set -euo pipefail
dir=$1 mon=$2 rgw=$3
conf=$dir/ceph.conf keys=$dir/keyring
as=()
if [ "$(id -u)" = 0 ]; then
    as=(setpriv --reuid ceph --regid ceph --clear-groups)
    chown ceph "$dir"
fi
export CEPH_CONF=$conf

stop() {
    trap - EXIT
    for name in client.rgw osd.0 mon.a; do
        pid=$(cat "$dir/$name.pid" 2>/dev/null) || continue
        kill -TERM "$pid" 2>/dev/null || continue
        for _ in $(seq 50); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
        kill -KILL "$pid" 2>/dev/null || true
    done
    rm -rf "$dir"
}
trap stop EXIT

cat >"$conf" <<EOF
[global]
fsid = $(cat /proc/sys/kernel/random/uuid)
mon host = [v2:127.0.0.1:$mon/0]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
ms bind msgr1 = false
ms bind port min = $((mon + 1))
ms bind port max = $((mon + 20))
run dir = $dir
admin socket = $dir/\$name.asok
log file = $dir/\$name.log
pid file = $dir/\$name.pid
keyring = $keys
mon data = $dir/mon
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail crit = 0
mon data avail warn = 1
auth allow insecure global id reclaim = false
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
[osd]
osd data = $dir/osd
osd objectstore = memstore
memstore device bytes = 1073741824
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:$rgw
rgw run sync thread = false
rgw enable usage log = false
EOF

"${as[@]}" ceph-authtool --create-keyring "$keys" >/dev/null
for name in mon. client.admin osd.0 client.rgw; do
    "${as[@]}" ceph-authtool "$keys" --gen-key -n "$name" --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' >/dev/null
done
fsid=$(sed -n 's/^fsid = //p' "$conf")
"${as[@]}" monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$mon]" "$dir/monmap" >/dev/null
"${as[@]}" ceph-mon --mkfs -i a --monmap "$dir/monmap" --keyring "$keys" >/dev/null
"${as[@]}" ceph-mon -i a >/dev/null

osd=$(cat /proc/sys/kernel/random/uuid)
"${as[@]}" mkdir "$dir/osd"
ceph --connect-timeout 20 osd new "$osd" >/dev/null
"${as[@]}" ceph-osd -i 0 --mkfs --osd-uuid "$osd" >/dev/null 2>&1
"${as[@]}" ceph-osd -i 0 >/dev/null 2>&1
ceph osd crush add osd.0 1 root=default >/dev/null 2>&1 || true
"${as[@]}" radosgw -n client.rgw >/dev/null 2>&1
for _ in $(seq 300); do
    (exec 3<>"/dev/tcp/127.0.0.1/$rgw") 2>/dev/null && break
    sleep 0.1
done
radosgw-admin user create --uid test --display-name test --access-key ACCESS --secret-key SECRET >/dev/null 2>&1
echo ready
read -r _ || true
