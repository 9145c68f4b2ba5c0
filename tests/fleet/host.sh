#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# host.sh: what a host of the fleet runs, behind rehearsal/init, until its QEMU is ended: a network and an sshd.
# Of /bin: the modules of the card, the key that opens it.
for name in failover net_failover virtio_net; do
	insmod "/bin/$name.ko" || exit 1
done
# QEMU's own network has these addresses in every guest.
ip addr add 10.0.2.15/24 dev eth0
ip link set eth0 up

echo 'root:x:0:0:root:/root:/bin/sh' >/etc/passwd
echo 'root:x:0:' >/etc/group
mkdir -p /etc/dropbear /root/.ssh
cp /bin/key.pub /root/.ssh/authorized_keys
chmod 700 /root /root/.ssh
chmod 600 /root/.ssh/authorized_keys
chown -R 0:0 /root
exec dropbear -F -E -R -s >&2
