/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.pagefault.FaultPhase;
import io.faultline.api.pagefault.FaultTicket;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.state.StateReader;
import io.faultline.backend.core.pagefault.CountingTokens;
import io.faultline.backend.core.pagefault.DecoratedPorts;
import io.faultline.backend.core.pagefault.FaultContext;
import io.faultline.backend.core.pagefault.NotPresentRoute;
import io.faultline.backend.core.pagefault.PageFaultControl;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.core.pagefault.VetoRule;
import io.faultline.backend.kvm.sdei.SdeiDispatcher;
import io.faultline.backend.kvm.sdei.SdeiInjector;
import java.util.List;
import java.util.Optional;

/** The ports of one machine: not-present by SDEI event or PPI, ready by PPI. */
final class KvmPorts extends DecoratedPorts<ApfMachine> {
    private final ApfMachine machine;

    KvmPorts(
            ApfMachine machine,
            Policy policy,
            int firstToken,
            Optional<SdeiDispatcher> dispatcher,
            PageFaultDecoration decoration) {
        super(
                machine,
                decoration,
                policy,
                new CountingTokens(machine.host().vcpuCount(), firstToken),
                route(machine, policy, dispatcher),
                new PpiReadyRoute(machine));
        this.machine = machine;
        addRules();
    }

    private static NotPresentRoute route(ApfMachine machine, Policy policy, Optional<SdeiDispatcher> dispatcher) {
        if (machine.route() == ApfRoute.PPI) {
            EventActivity events = dispatcher.map(EventActivity::of).orElse(EventActivity.NONE);
            return new PpiNotPresentRoute(machine, events, policy.timing());
        }
        // A plan without the one or the other is refused.
        SdeiInjector injector = dispatcher.orElseThrow().injection();
        int event = machine.event().orElseThrow();
        SdeiNotPresentRoute route = new SdeiNotPresentRoute(machine, injector, event);
        injector.listen(event, route);
        return route;
    }

    /** In the order in which they are asked. */
    private void addRules() {
        add(Veto.TABLE_WALK, VetoRule.tableWalk());
        add(Veto.SUPERVISOR_MODE, VetoRule.of(Veto.SUPERVISOR_MODE, this::isUnwantedSupervisor));
        if (machine.route() == ApfRoute.PPI) {
            add(Veto.INTERRUPTS_MASKED, VetoRule.of(Veto.INTERRUPTS_MASKED, this::isMasked));
        }
        add(Veto.SINGLE_STEP, VetoRule.singleStep());
        add(Veto.AREA_PAGE, VetoRule.of(Veto.AREA_PAGE, this::isOnArea));
        add(Veto.AREA_UNWRITABLE, VetoRule.of(Veto.AREA_UNWRITABLE, this::isAreaMissing));
    }

    /**
     * A guest that is told nothing may never touch its area again, as after a post-copy migration: so the area is asked for
     * here, and later faults can be announced (APF-036).
     */
    private boolean isAreaMissing(FaultContext fault) {
        boolean missing = !machine.area().isPresent(fault.vcpu());
        if (missing) {
            machine.control().bringIn(PageSize.pageOf(machine.blocks().area(fault.vcpu())));
        }
        return missing;
    }

    private boolean isUnwantedSupervisor(FaultContext fault) {
        return fault.isSupervisor() && !machine.blocks().sendsAlways(fault.vcpu());
    }

    private boolean isMasked(FaultContext fault) {
        int group = machine.host().gic().redistributor(fault.vcpu()).group(machine.interrupt());
        return fault.state().has(group == 1 ? ProcessorState.I : ProcessorState.F);
    }

    private boolean isOnArea(FaultContext fault) {
        return PageSize.pageOf(machine.blocks().area(fault.vcpu())) == fault.page();
    }

    @Override
    public void connect(PageFaultControl control) {
        machine.connect(decorated(control));
    }

    /** What a vCPU is enabled for, and what it has in hand, is known here and in the engine, and has to agree. */
    @Override
    public void restored(StateReader reader, List<FaultTicket> faults) {
        for (int vcpu = 0; vcpu < machine.host().vcpuCount(); vcpu++) {
            if (machine.control().isEnabled(vcpu) != machine.blocks().isEnabled(vcpu)) {
                throw reader.invalid("enabled", "does not agree with the control word of vCPU " + vcpu);
            }
            if (machine.blocks().isUnacknowledged(vcpu)) {
                requireShown(reader, faults, vcpu);
            }
        }
    }

    private void requireShown(StateReader reader, List<FaultTicket> faults, int vcpu) {
        long token = machine.blocks().inHand(vcpu);
        boolean known = token == ControlBlocks.NOTHING;
        boolean alone = machine.host().gic().redistributor(vcpu).isLineHigh(machine.interrupt());
        for (FaultTicket fault : faults) {
            if (fault.vcpu() == vcpu) {
                known |= fault.token() == token
                        && (fault.phase() == FaultPhase.ANNOUNCED || fault.phase() == FaultPhase.READY_QUEUED);
                alone &= fault.phase() != FaultPhase.READY_SHOWN;
            }
        }
        if (!known) {
            throw reader.invalid("list", "has no fault for the not-present that vCPU " + vcpu + " has in hand");
        }
        if (!alone) {
            throw reader.invalid("shown", "or the line of the interrupt denies the not-present of vCPU " + vcpu);
        }
    }

    @Override
    public void reset(int vcpu) {
        machine.blocks().reset(vcpu);
        ready().cancel(vcpu);
    }
}
