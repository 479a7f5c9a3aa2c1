/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.pagefault.Veto;
import io.faultline.backend.core.pagefault.CountingTokens;
import io.faultline.backend.core.pagefault.FaultContext;
import io.faultline.backend.core.pagefault.NotPresentRoute;
import io.faultline.backend.core.pagefault.PageFaultControl;
import io.faultline.backend.core.pagefault.PageFaultPorts;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.core.pagefault.ReadyRoute;
import io.faultline.backend.core.pagefault.TokenSource;
import io.faultline.backend.core.pagefault.VetoRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The ports of one machine: not-present by SDEI event, ready by PPI. */
final class KvmPorts implements PageFaultPorts {
    private final ApfMachine machine;
    private final PageFaultDecoration decoration;
    private final Policy policy;
    private final TokenSource tokens;
    private final NotPresentRoute notPresent;
    private final ReadyRoute ready;
    private final List<VetoRule> rules = new ArrayList<>();

    KvmPorts(ApfMachine machine, Policy policy, PageFaultDecoration decoration) {
        this.machine = machine;
        this.decoration = decoration;
        this.policy = policy;
        SdeiNotPresentRoute route = new SdeiNotPresentRoute(machine);
        machine.events().listen(machine.event(), route);
        tokens = decoration.tokens(new CountingTokens(machine.host().vcpuCount()), machine);
        notPresent = decoration.notPresent(route, machine);
        ready = decoration.ready(new PpiReadyRoute(machine), machine);
        for (Map.Entry<Veto, VetoRule> entry : standardRules()) {
            rules.add(decoration.rule(entry.getKey(), entry.getValue(), machine));
        }
    }

    /** In the order in which they are asked. */
    private List<Map.Entry<Veto, VetoRule>> standardRules() {
        return List.of(
                Map.entry(Veto.TABLE_WALK, VetoRule.tableWalk()),
                Map.entry(
                        Veto.SUPERVISOR_MODE,
                        VetoRule.of(
                                Veto.SUPERVISOR_MODE,
                                fault -> fault.isSupervisor()
                                        && !machine.blocks().sendsAlways(fault.vcpu()))),
                Map.entry(Veto.SINGLE_STEP, VetoRule.singleStep()),
                Map.entry(Veto.AREA_PAGE, VetoRule.of(Veto.AREA_PAGE, this::isOnArea)),
                Map.entry(
                        Veto.AREA_UNWRITABLE,
                        VetoRule.of(
                                Veto.AREA_UNWRITABLE, fault -> !machine.area().isPresent(fault.vcpu()))));
    }

    private boolean isOnArea(FaultContext fault) {
        return PageSize.pageOf(machine.blocks().area(fault.vcpu())) == fault.page();
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

    @Override
    public void reset(int vcpu) {
        machine.blocks().reset(vcpu);
        ready.cancel(vcpu);
    }
}
