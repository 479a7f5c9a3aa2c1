/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import io.faultline.api.state.StateReader;
import io.faultline.backend.xen.event.abi.EventDomain;
import io.faultline.backend.xen.event.port.PortState;
import io.faultline.backend.xen.event.port.PortTable;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Arrays;

/** Which port stands for a virtual interrupt: for each vCPU one slot each; those that are not per vCPU use vCPU 0's. */
@Singleton
final class VirqTable {
    private final int[] ports;

    @Inject
    VirqTable(EventDomain domain) {
        ports = new int[domain.vcpus() * VirqType.COUNT];
    }

    /** Returns the port, 0 for none. */
    int port(int virq, int vcpu) {
        return ports[slot(virq, vcpu)];
    }

    void bind(int virq, int vcpu, int port) {
        ports[slot(virq, vcpu)] = port;
    }

    private static int slot(int virq, int vcpu) {
        return (VirqType.of(virq) == VirqType.VCPU ? vcpu * VirqType.COUNT : 0) + virq;
    }

    void reset() {
        Arrays.fill(ports, 0);
    }

    /** The slots follow from the ports. */
    void restore(StateReader reader, PortTable table) {
        reset();
        for (int port = 1; port < table.valid(); port++) {
            if (table.state(port) == PortState.VIRQ) {
                int virq = table.virq(port);
                if (virq >= VirqType.COUNT || port(virq, table.vcpu(port)) != 0) {
                    throw reader.invalid("ports", "binds VIRQ " + virq + " to port " + port + ", which cannot be");
                }
                bind(virq, table.vcpu(port), port);
            }
        }
    }
}
