/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.pagefault;

import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.pagefault.FaultTicket;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.state.StateReader;
import io.faultline.backend.core.pagefault.CountingTokens;
import io.faultline.backend.core.pagefault.DecoratedPorts;
import io.faultline.backend.core.pagefault.FaultContext;
import io.faultline.backend.core.pagefault.GuestReply;
import io.faultline.backend.core.pagefault.ImmediateInterrupt;
import io.faultline.backend.core.pagefault.PageFaultControl;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.core.pagefault.VetoRule;
import java.util.List;

/**
 * The ports of one machine: not-present and ready by an event channel of the guest.
 *
 * @since 0.1
 */
public final class XenPorts extends DecoratedPorts<Registrations> {
    private final Registrations registrations;
    private final int interrupt;

    /**
     * Makes the ports.
     *
     * @param registrations what the guest has registered
     * @param policy what the engine does
     * @param interrupt INTID of the event interrupt
     * @param decoration replaces parts
     */
    public XenPorts(Registrations registrations, Policy policy, int interrupt, PageFaultDecoration decoration) {
        super(
                registrations,
                decoration,
                decoration.policy(policy),
                new CountingTokens(registrations.host().vcpuCount()),
                new EventNotPresentRoute(registrations, new ImmediateInterrupt(registrations.host(), interrupt)),
                new RingReadyRoute(registrations));
        this.registrations = registrations;
        this.interrupt = interrupt;
        add(Veto.TABLE_WALK, VetoRule.tableWalk());
        add(Veto.SUPERVISOR_MODE, VetoRule.of(Veto.SUPERVISOR_MODE, this::isUnwantedSupervisor));
        add(Veto.INTERRUPTS_MASKED, VetoRule.of(Veto.INTERRUPTS_MASKED, this::isMasked));
        add(Veto.SINGLE_STEP, VetoRule.singleStep());
    }

    private boolean isUnwantedSupervisor(FaultContext fault) {
        Registration registration = registrations.of(fault.vcpu());
        return fault.isSupervisor() && (registration == null || !registration.wantsSupervisorFaults());
    }

    private boolean isMasked(FaultContext fault) {
        int group = registrations.host().gic().redistributor(fault.vcpu()).group(interrupt);
        return fault.state().has(group == 1 ? ProcessorState.I : ProcessorState.F);
    }

    @Override
    public void connect(PageFaultControl control) {
        registrations.connect(decorated(control));
    }

    /** The guest answers by what it leaves in the state of not-present. */
    @Override
    public void look(int vcpu) {
        Registration registration = registrations.of(vcpu);
        if (registration == null || !registration.hasInHand()) {
            return;
        }
        int state = registration.area().state();
        if (state == SharedArea.FREE || state == SharedArea.DECLINED) {
            long token = registration.inHand();
            registration.answered();
            registration.area().free();
            registrations
                    .control()
                    .answer(
                            vcpu,
                            token,
                            state == SharedArea.DECLINED ? GuestReply.SYNCHRONOUS : GuestReply.ASYNCHRONOUS);
        }
    }

    /** What a vCPU is registered for is known here and in the engine, and has to agree. */
    @Override
    public void restored(StateReader reader, List<FaultTicket> faults) {
        for (int vcpu = 0; vcpu < registrations.host().vcpuCount(); vcpu++) {
            if (registrations.control().isEnabled(vcpu) != (registrations.of(vcpu) != null)) {
                throw reader.invalid("enabled", "does not agree with the registration of vCPU " + vcpu);
            }
        }
    }

    @Override
    public void reset(int vcpu) {
        registrations.forget(vcpu);
    }
}
