/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

import io.faultline.backend.xen.domain.DomainUuid;

/**
 * What a toolstack writes when it makes a domain (xen.md 6.6). The guest may read all of it, and write where the drivers of
 * a guest write: in {@code data}, and in the nodes by which it takes part in being controlled.
 *
 * @param name name of the domain
 * @param memoryKib size of its memory, in KiB
 * @param vcpus number of vCPUs
 * @param store its xenstore
 * @param console its console; the ring is left out if its port is 0
 * @since 0.1
 */
public record DomainNodes(String name, long memoryKib, int vcpus, Ring store, Ring console) implements StoreContents {
    private static final String[] FOR_THE_GUEST = {
        "control/shutdown",
        "control/feature-poweroff",
        "control/feature-reboot",
        "control/feature-suspend",
        "control/sysrq",
        "device/suspend/event-channel",
        "data",
        "drivers",
        "feature",
        "attr",
        "error",
    };

    /**
     * Where a ring is.
     *
     * @param gfn its page
     * @param port its event channel; 0 if there is no such ring
     */
    public record Ring(long gfn, int port) {}

    @Override
    public void write(GuestStore store) {
        int domain = store.domain();
        String home = StorePath.home(domain);
        String vm = "/vm/" + DomainUuid.of(domain);
        String reader = "r" + domain;
        for (String path : new String[] {vm, home}) {
            store.write(path, "");
            store.permit(path, "n0", reader);
        }
        store.write(vm + "/name", name);
        store.write(vm + "/uuid", DomainUuid.of(domain).toString());
        String below = home + '/';
        store.write(below + "vm", vm);
        store.write(below + "name", name);
        store.write(below + "domid", Integer.toString(domain));
        store.write(below + "memory/static-max", Long.toString(memoryKib));
        store.write(below + "memory/target", Long.toString(memoryKib));
        for (int i = 0; i < vcpus; i++) {
            store.write(below + "cpu/" + i + "/availability", "online");
        }
        store.write(below + "device", "");
        store.write(below + "control/platform-feature-multiprocessor-suspend", "1");
        store.write(below + "control/platform-feature-xs_reset_watches", "1");
        for (String path : FOR_THE_GUEST) {
            store.write(below + path, "");
            store.permit(below + path, "n" + domain);
        }
        if (this.store.port() != 0) {
            ring(store, below + "store", this.store);
        }
        if (console.port() != 0) {
            ring(store, below + "console", console);
            store.write(below + "console/type", "xenconsoled");
            store.write(below + "console/output", "pty");
            store.write(below + "console/limit", "1048576");
            store.write(below + "console/tty", "");
        }
    }

    private static void ring(GuestStore store, String path, Ring ring) {
        store.write(path + "/ring-ref", Long.toString(ring.gfn()));
        store.write(path + "/port", Integer.toString(ring.port()));
    }
}
