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
import io.faultline.backend.core.pagefault.FaultContext;
import io.faultline.backend.core.pagefault.GuestReply;
import io.faultline.backend.core.pagefault.NotPresentRoute;
import io.faultline.backend.core.pagefault.PageFaultControl;
import io.faultline.backend.core.pagefault.PageFaultPorts;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.core.pagefault.ReadyRoute;
import io.faultline.backend.core.pagefault.TokenSource;
import io.faultline.backend.core.pagefault.VetoRule;
import java.util.ArrayList;
import java.util.List;

/**
 * The ports of one machine: not-present by an exception, ready by the synthetic interrupt controller.
 *
 * @since 0.1
 */
public final class HypervPorts implements PageFaultPorts {
    private final PageFaults machine;
    private final PageFaultDecoration decoration;
    private final Policy policy;
    private final TokenSource tokens;
    private final NotPresentRoute notPresent;
    private final ReadyRoute ready;
    private final List<VetoRule> rules = new ArrayList<>();

    /**
     * Makes the ports.
     *
     * @param machine what the guest has set up
     * @param policy what the engine does
     * @param decoration replaces parts
     */
    public HypervPorts(PageFaults machine, Policy policy, PageFaultDecoration decoration) {
        this.machine = machine;
        this.decoration = decoration;
        this.policy = decoration.policy(policy);
        tokens = decoration.tokens(new CountingTokens(machine.host().vcpuCount()), machine);
        notPresent = decoration.notPresent(new ExceptionNotPresentRoute(machine), machine);
        ready = decoration.ready(new SynicReadyRoute(machine), machine);
        add(Veto.TABLE_WALK, VetoRule.tableWalk());
        add(Veto.SUPERVISOR_MODE, VetoRule.of(Veto.SUPERVISOR_MODE, this::isUnwantedSupervisor));
        add(
                Veto.INTERRUPTS_MASKED,
                VetoRule.of(Veto.INTERRUPTS_MASKED, fault -> fault.state().has(ProcessorState.I)));
        add(Veto.SINGLE_STEP, VetoRule.singleStep());
    }

    private void add(Veto veto, VetoRule rule) {
        rules.add(decoration.rule(veto, rule, machine));
    }

    private boolean isUnwantedSupervisor(FaultContext fault) {
        return fault.isSupervisor() && !machine.of(fault.vcpu()).control().wantsSupervisorFaults();
    }

    @Override
    public Policy policy() {
        return policy;
    }

    @Override
    public List<VetoRule> rules() {
        return List.copyOf(rules);
    }

    @Override
    public NotPresentRoute notPresent() {
        return notPresent;
    }

    @Override
    public ReadyRoute ready() {
        return ready;
    }

    @Override
    public TokenSource tokens() {
        return tokens;
    }

    @Override
    public void connect(PageFaultControl control) {
        machine.connect(decoration.control(control, machine));
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
