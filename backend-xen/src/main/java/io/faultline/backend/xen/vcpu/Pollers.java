/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.Host;
import jakarta.inject.Inject;
import java.util.Arrays;

/** The vCPUs that sleep in SCHEDOP_poll, and for which port (xen.md 4.1, 4.9). */
public final class Pollers implements StateElement {
    /** Instead of a port: whatever becomes pending in the domain. */
    public static final int ANY_PORT = -1;

    private static final int MOST_PORTS = 1 << 17;

    private final Host host;
    /** For each vCPU 0, a port, or {@link #ANY_PORT}; port 0 is never used. */
    private final int[] polled;

    private int sleeping;

    @Inject
    Pollers(Host host) {
        this.host = host;
        polled = new int[host.vcpuCount()];
    }

    /**
     * A vCPU goes to sleep.
     *
     * @param vcpu index of the vCPU
     * @param port the only port that wakes it, above 0, or {@link #ANY_PORT}
     */
    void begin(int vcpu, int port) {
        end(vcpu);
        polled[vcpu] = port;
        sleeping++;
    }

    /**
     * A vCPU does not sleep any more, or never did.
     *
     * @param vcpu index of the vCPU
     */
    void end(int vcpu) {
        if (polled[vcpu] != 0) {
            polled[vcpu] = 0;
            sleeping--;
        }
    }

    /**
     * A port has become pending: those go on that wait for it.
     *
     * @param port the port
     */
    void wake(int port) {
        if (sleeping != 0) {
            for (int vcpu = 0; vcpu < polled.length; vcpu++) {
                if (polled[vcpu] == port || polled[vcpu] == ANY_PORT) {
                    end(vcpu);
                    host.vcpu(vcpu).unblock();
                }
            }
        }
    }

    @Override
    public String stateName() {
        return "pollers";
    }

    @Override
    public void reset() {
        Arrays.fill(polled, 0);
        sleeping = 0;
    }

    @Override
    public void save(StateWriter writer) {
        writer.words("polled", Arrays.stream(polled).asLongStream().toArray());
    }

    @Override
    public void restore(StateReader reader) {
        long[] saved = reader.words("polled", polled.length);
        reset();
        for (int vcpu = 0; vcpu < polled.length; vcpu++) {
            if (saved[vcpu] < ANY_PORT || saved[vcpu] >= MOST_PORTS) {
                throw reader.invalid("polled", "has " + saved[vcpu] + ", which is not a port");
            }
            polled[vcpu] = (int) saved[vcpu];
            sleeping += polled[vcpu] == 0 ? 0 : 1;
        }
    }
}
