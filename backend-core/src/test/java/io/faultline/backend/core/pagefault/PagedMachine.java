/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.trace.TraceEvent;
import io.faultline.backend.core.machine.BackendIdentity;
import io.faultline.backend.core.machine.CorePlan;
import io.faultline.backend.core.machine.HardwareSettings;
import io.faultline.backend.core.machine.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A real machine whose hypervisor does nothing but bring pages. */
final class PagedMachine {
    static final long RAM = 0x4000_0000L;
    static final long MORE_RAM = 0x4010_0000L;
    static final long CODE = RAM;
    static final long VECTORS = RAM + 0x1_0000;
    static final long DATA = RAM + 0x2_0000;
    static final int LOAD_X1_FROM_X2 = 0xF940_0041;
    static final int STORE_X1_TO_X2 = 0xF900_0041;
    static final int NOP = 0xD503_201F;

    final List<TraceEvent> trace = new ArrayList<>();
    final Machine machine;
    private final List<PagingPersonality> personalities = new ArrayList<>();

    PagedMachine(int vcpus) {
        this(vcpus, Policy.builder().build());
    }

    PagedMachine(int vcpus, Policy policy) {
        MachineRequest request = MachineRequest.builder()
                .vcpus(vcpus)
                .memory(MemoryRegion.ram(RAM, 0x10_0000))
                .memory(MemoryRegion.ram(MORE_RAM, 0x10_0000))
                .trace((nanos, event) -> trace.add(event))
                .build();
        CapabilitySet capabilities = CapabilitySet.builder()
                .with(Capabilities.VCPUS, 8)
                .with(Capabilities.PAGING, true)
                .build();
        machine = new CorePlan(
                        new BackendIdentity("test", 1),
                        request,
                        capabilities,
                        Set.of(),
                        List.of(),
                        HardwareSettings.DEFAULT,
                        () -> new PagingPersonality(policy, personalities::add))
                .build();
        for (int i = 0; i < 64; i++) {
            machine.memory().store(CODE + 4 * i, AccessWidth.WORD, NOP);
        }
    }

    AsyncPageFaults pages() {
        return machine.asyncPageFaults().orElseThrow();
    }

    /** The machine as a hypervisor sees it. */
    Host host() {
        return personalities.get(0).host();
    }

    Vcpu vcpu() {
        return machine.vcpus().get(0);
    }

    /** Lets vCPU 0 execute one instruction with an address in X2, as an application. */
    PagedMachine at(int instruction, long address) {
        machine.memory().store(CODE, AccessWidth.WORD, instruction);
        vcpu().write(CoreRegister.PC, CODE);
        vcpu().write(CoreRegister.x(2), address);
        vcpu().write(CoreRegister.PSTATE, ProcessorState.EL0T.spsr());
        return this;
    }

    VcpuExit run() {
        return vcpu().run(RunBudget.instructions(1));
    }

    /** Executes an instruction that touches an absent page, and returns what the vCPU waits for. */
    VcpuExit.WaitForPage touch(long address) {
        return (VcpuExit.WaitForPage) at(LOAD_X1_FROM_X2, address).run();
    }

    static byte[] page(int first) {
        byte[] content = new byte[4096];
        content[0] = (byte) first;
        return content;
    }
}
