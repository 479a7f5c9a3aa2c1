/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.pagefault;

import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.pagefault.FaultTicket;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.state.StateReader;
import io.faultline.backend.core.pagefault.CountingTokens;
import io.faultline.backend.core.pagefault.DecoratedPorts;
import io.faultline.backend.core.pagefault.FaultContext;
import io.faultline.backend.core.pagefault.GuestReply;
import io.faultline.backend.core.pagefault.PageFaultControl;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.core.pagefault.VetoRule;
import java.util.List;

/**
 * The ports of one machine: not-present by an exception, ready by the synthetic interrupt controller.
 *
 * @since 0.1
 */
public final class HypervPorts extends DecoratedPorts<PageFaults> {
    private final PageFaults machine;

    /**
     * Makes the ports.
     *
     * @param machine what the guest has set up
     * @param policy what the engine does
     * @param decoration replaces parts
     */
    public HypervPorts(PageFaults machine, Policy policy, PageFaultDecoration decoration) {
        super(
                machine,
                decoration,
                decoration.policy(policy),
                new CountingTokens(machine.host().vcpuCount()),
                new ExceptionNotPresentRoute(machine),
                new SynicReadyRoute(machine));
        this.machine = machine;
        add(Veto.TABLE_WALK, VetoRule.tableWalk());
        add(Veto.SUPERVISOR_MODE, VetoRule.of(Veto.SUPERVISOR_MODE, this::isUnwantedSupervisor));
        add(
                Veto.INTERRUPTS_MASKED,
                VetoRule.of(Veto.INTERRUPTS_MASKED, fault -> fault.state().has(ProcessorState.I)));
        add(Veto.SINGLE_STEP, VetoRule.singleStep());
    }

    private boolean isUnwantedSupervisor(FaultContext fault) {
        return fault.isSupervisor() && !machine.of(fault.vcpu()).control().wantsSupervisorFaults();
    }

    @Override
    public void connect(PageFaultControl control) {
        machine.connect(decorated(control));
    }

    /** The guest answers by what it leaves in the state. */
    @Override
    public void look(int vcpu) {
        VcpuPageFaults of = machine.of(vcpu);
        long token = of.inHand();
        if (token == VcpuPageFaults.NOTHING) {
            return;
        }
        int state = of.information().state();
        if ((state & FaultInformation.VALID) == 0) {
            of.answered();
            of.information().free();
            boolean waits = (state & FaultInformation.SYNCHRONOUS) != 0;
            machine.engine().answer(vcpu, token, waits ? GuestReply.SYNCHRONOUS : GuestReply.ASYNCHRONOUS);
        }
    }

    /** What a vCPU has set up is known here and in the engine, and has to agree. */
    @Override
    public void restored(StateReader reader, List<FaultTicket> faults) {
        for (int vcpu = 0; vcpu < machine.host().vcpuCount(); vcpu++) {
            if (machine.engine().isEnabled(vcpu) != machine.of(vcpu).control().isEnabled()) {
                throw reader.invalid("enabled", "does not agree with the control register of vCPU " + vcpu);
            }
            long inHand = machine.of(vcpu).inHand();
            if (inHand != VcpuPageFaults.NOTHING && !isFault(faults, vcpu, inHand)) {
                throw reader.invalid("faults", "do not have the one that vCPU " + vcpu + " has to answer");
            }
        }
    }

    private static boolean isFault(List<FaultTicket> faults, int vcpu, long token) {
        for (FaultTicket fault : faults) {
            if (fault.vcpu() == vcpu && fault.token() == token) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void reset(int vcpu) {
        machine.forget(vcpu);
    }
}
