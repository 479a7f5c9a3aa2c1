/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.intercept;

import io.faultline.api.intercept.MemoryIntercepts;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.Host;
import io.faultline.hwmodel.memory.LittleEndian;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.Optional;
import java.util.TreeMap;

/**
 * For each vCPU, whether it is suspended, and the one buffer for the message that says why (hyperv.md 6.1).
 *
 * @since 0.1
 */
@Singleton
public final class Suspensions implements StateElement {
    private static final int ACCESS_AT = StandardInterceptMessages.PAYLOAD + 5;

    private final byte[][] messages;
    private final boolean[] isSuspended;

    @Inject
    Suspensions(Host host) {
        messages = new byte[host.vcpuCount()][MemoryIntercepts.MESSAGE_BYTES];
        isSuspended = new boolean[messages.length];
    }

    int count() {
        return messages.length;
    }

    boolean isSuspended(int vcpu) {
        return isSuspended[vcpu];
    }

    boolean isAny() {
        boolean isAny = false;
        for (boolean each : isSuspended) {
            isAny |= each;
        }
        return isAny;
    }

    /** Returns the buffer of a vCPU, which is as it was while it is suspended. */
    byte[] message(int vcpu) {
        return messages[vcpu];
    }

    /** Suspends a vCPU and returns its buffer, empty, for the message. */
    byte[] suspend(int vcpu) {
        isSuspended[vcpu] = true;
        Arrays.fill(messages[vcpu], (byte) 0);
        return messages[vcpu];
    }

    void resume(int vcpu) {
        isSuspended[vcpu] = false;
    }

    /** What the VMM gets from a vCPU that is to run. */
    Optional<VcpuExit> obstacle(int vcpu) {
        return isSuspended[vcpu] ? Optional.of(exit(vcpu)) : Optional.empty();
    }

    VcpuExit exit(int vcpu) {
        byte[] message = messages[vcpu];
        TreeMap<String, Long> details = new TreeMap<>();
        details.put("vcpu", (long) vcpu);
        details.put("type", Integer.toUnsignedLong(LittleEndian.load32(message, 0)));
        details.put("gpa", LittleEndian.load64(message, StandardInterceptMessages.GPA_AT));
        details.put("access", (long) message[ACCESS_AT]);
        return new VcpuExit.BackendSpecific(MemoryIntercepts.EXIT, details);
    }

    @Override
    public String stateName() {
        return "suspended";
    }

    @Override
    public void reset() {
        Arrays.fill(isSuspended, false);
    }

    @Override
    public void save(StateWriter writer) {
        for (int vcpu = 0; vcpu < messages.length; vcpu++) {
            if (isSuspended[vcpu]) {
                writer.bytes("message." + vcpu, messages[vcpu]);
            }
        }
    }

    @Override
    public void restore(StateReader reader) {
        for (int vcpu = 0; vcpu < messages.length; vcpu++) {
            String name = "message." + vcpu;
            isSuspended[vcpu] = reader.has(name);
            if (isSuspended[vcpu]) {
                byte[] saved = reader.bytes(name);
                if (saved.length != MemoryIntercepts.MESSAGE_BYTES) {
                    throw reader.invalid(name, "has " + saved.length + " bytes, which is not the size of a message");
                }
                System.arraycopy(saved, 0, messages[vcpu], 0, saved.length);
            }
        }
    }
}
