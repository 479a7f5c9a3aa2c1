/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import com.google.inject.Module;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.VirtualProcessor;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/** What a bug does some instructions of a guest later: on a real machine, the hypervisor is slower than the guest. */
@Singleton
final class Later {
    private record Action(int vcpu, long when, Runnable action) {}

    private final Host host;
    private final List<Action> actions = new ArrayList<>();
    private final long[] instructions;

    @Inject
    Later(Host host) {
        this.host = host;
        instructions = new long[host.vcpuCount()];
    }

    /** The override that gives a machine its slowness. */
    static Module module() {
        return HypervMutant.states("runtime", (parts, right) -> new LikePart(right) {
            @Override
            public boolean attention(VirtualProcessor vcpu) {
                return parts.getInstance(Later.class).attention(vcpu) || super.attention(vcpu);
            }
        });
    }

    /** Does something when a vCPU has executed some more instructions. */
    void after(int vcpu, int count, Runnable action) {
        actions.add(new Action(vcpu, instructions[vcpu] + count, action));
        host.vcpu(vcpu).requestAttention();
    }

    private boolean attention(VirtualProcessor vcpu) {
        int index = vcpu.index();
        List<Action> due = actions.stream()
                .filter(action -> action.vcpu() == index && action.when() <= instructions[index])
                .toList();
        actions.removeAll(due);
        due.forEach(action -> action.action().run());
        instructions[index]++;
        if (actions.stream().anyMatch(action -> action.vcpu() == index)) {
            vcpu.requestAttention();
        }
        return false;
    }
}
