/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm;

import io.faultline.api.trace.TraceEvent;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.kvm.sdei.ClientInterrupts;
import io.faultline.backend.kvm.sdei.ClientMachine;
import io.faultline.backend.kvm.sdei.ClientPe;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** The machine as its SDEI dispatcher sees it. */
final class HostClient implements ClientMachine {
    private final Host host;
    private final List<ClientPe> processors;
    private final ClientInterrupts interrupts;

    HostClient(Host host, boolean holdsInterrupts) {
        this.host = host;
        processors = IntStream.range(0, host.vcpuCount())
                .<ClientPe>mapToObj(index -> new VcpuClient(host.vcpu(index), holdsInterrupts))
                .toList();
        interrupts = new HostInterrupts(host);
    }

    @Override
    public int processors() {
        return processors.size();
    }

    @Override
    public ClientPe processor(int index) {
        return processors.get(index);
    }

    @Override
    public OptionalInt find(long affinity) {
        Optional<VirtualProcessor> vcpu = host.byAffinity(affinity);
        return vcpu.isPresent() ? OptionalInt.of(vcpu.get().index()) : OptionalInt.empty();
    }

    @Override
    public ClientInterrupts interrupts() {
        return interrupts;
    }

    @Override
    public boolean tracing() {
        return host.tracing();
    }

    @Override
    public void trace(TraceEvent event) {
        host.trace().emit(host.now(), event);
    }
}
