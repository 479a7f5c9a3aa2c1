/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import io.faultline.api.machine.VcpuExit;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.VirtualProcessor;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How the machine stops (xen.md 4.9). Poweroff and reboot are those of PSCI. After every other reason each vCPU that is on
 * stops, and its next run gives the VMM an exit of kind {@value #EXIT}; whoever runs a vCPU again after that resumes it.
 */
public final class Shutdowns implements StateElement {
    /** Kind of the exit. */
    public static final String EXIT = "xen:shutdown";
    /** Its only detail. */
    public static final String REASON = "reason";
    /** The guest wants to be off. */
    public static final int POWEROFF = 0;
    /** The guest wants to start anew. */
    public static final int REBOOT = 1;
    /** The guest is ready to be saved. */
    public static final int SUSPEND = 2;
    /** The guest has crashed. */
    public static final int CRASH = 3;
    /** A watchdog ran out. */
    public static final int WATCHDOG = 4;
    /** The guest wants to start anew with its memory. */
    public static final int SOFT_RESET = 5;

    private static final int MOST = 255;
    private static final int NONE = -1;

    private final Host host;
    /** A code that counts instead of that of the next shutdown, or {@link #NONE}. */
    private int latched = NONE;
    /** For each vCPU the reason for which it stops, or {@link #NONE}. */
    private final int[] stopping;

    @Inject
    Shutdowns(Host host) {
        this.host = host;
        stopping = new int[host.vcpuCount()];
        reset();
    }

    /** SCHEDOP_shutdown_code: the first one counts. */
    void latch(int code) {
        if (latched == NONE) {
            latched = code;
        }
    }

    /** SCHEDOP_shutdown of a vCPU. */
    void shutDown(VirtualProcessor caller, int reason) {
        int code = latched == NONE ? reason : latched;
        if (code == POWEROFF || code == REBOOT) {
            caller.shutDown(code == POWEROFF ? VcpuExit.SystemEvent.Kind.OFF : VcpuExit.SystemEvent.Kind.RESET);
        } else {
            stopAll(code);
            caller.pe().requestStop();
        }
    }

    /** A watchdog has run out, whoever runs now. */
    void watchdog() {
        stopAll(latched == NONE ? WATCHDOG : latched);
    }

    /** The hypervisor cannot go on with the guest, whoever runs now. */
    void crash() {
        stopAll(latched == NONE ? CRASH : latched);
    }

    private void stopAll(int code) {
        latched = NONE;
        for (int vcpu = 0; vcpu < stopping.length; vcpu++) {
            stopping[vcpu] = host.vcpu(vcpu).isOn() ? code : NONE;
        }
    }

    /**
     * Tells whether a vCPU has to stop; it is told once.
     *
     * @param vcpu index of the vCPU
     * @return the exit, or empty
     */
    Optional<VcpuExit> exit(int vcpu) {
        int reason = stopping[vcpu];
        if (reason == NONE) {
            return Optional.empty();
        }
        stopping[vcpu] = NONE;
        return Optional.of(new VcpuExit.BackendSpecific(EXIT, new TreeMap<>(Map.of(REASON, (long) reason))));
    }

    /**
     * A vCPU is off or starts anew: it does not stop any more.
     *
     * @param vcpu index of the vCPU
     */
    void forget(int vcpu) {
        stopping[vcpu] = NONE;
    }

    @Override
    public String stateName() {
        return "shutdown";
    }

    @Override
    public void reset() {
        latched = NONE;
        Arrays.fill(stopping, NONE);
    }

    @Override
    public void save(StateWriter writer) {
        writer.word("latched", latched);
        writer.words("stopping", Arrays.stream(stopping).asLongStream().toArray());
    }

    @Override
    public void restore(StateReader reader) {
        latched = (int) reader.word("latched", NONE, MOST);
        long[] saved = reader.words("stopping", stopping.length);
        for (int vcpu = 0; vcpu < stopping.length; vcpu++) {
            if (saved[vcpu] < NONE || saved[vcpu] > MOST) {
                throw reader.invalid("stopping", "has " + saved[vcpu] + ", which is not a reason");
            }
            stopping[vcpu] = (int) saved[vcpu];
        }
    }
}
