/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.pagefault;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.pagefault.Veto;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.pagefault.FaultContext;
import io.faultline.backend.core.pagefault.NotPresentRoute;
import java.util.Objects;
import java.util.Optional;

/**
 * Not-present by the assist page and a synchronous exception that the guest takes in the very exit of the access
 * (async-page-fault.md 7.2, APF-071).
 *
 * @since 0.1
 */
public final class ExceptionNotPresentRoute implements NotPresentRoute {
    /** What SynthEsrEl1 says: class 0x3F, which the architecture does not use; IL; the code. */
    public static final long SYNDROME = 0x3FL << 26 | 1 << 25 | FaultInformation.NOT_PRESENT;
    /** The flags could not take the ready of one more fault. */
    public static final Veto FLAGS_IN_USE =
            new Veto("flags-in-use", "too few event flags are clear for the ready of one more fault (APF-137)");

    private static final Optional<Veto> NOT_ENABLED = Optional.of(Veto.NOT_ENABLED);
    private static final Optional<Veto> NOT_READY = Optional.of(Veto.EVENT_NOT_READY);
    private static final Optional<Veto> UNWRITABLE = Optional.of(Veto.AREA_UNWRITABLE);
    private static final Optional<Veto> NO_ROOM = Optional.of(FLAGS_IN_USE);

    private final PageFaults machine;

    /**
     * Makes the route of a machine.
     *
     * @param machine what the guest has set up
     */
    public ExceptionNotPresentRoute(PageFaults machine) {
        this.machine = Objects.requireNonNull(machine, "machine");
    }

    @Override
    public Optional<Veto> obstacle(FaultContext fault) {
        int vcpu = fault.vcpu();
        VcpuPageFaults of = machine.of(vcpu);
        Control control = of.control();
        if (!control.isEnabled()) {
            return NOT_ENABLED;
        }
        if (!machine.assist().of(vcpu).isEnabled()) {
            return UNWRITABLE;
        }
        if (machine.exceptions().vectors(vcpu) == 0) {
            return NOT_READY;
        }
        int needed = machine.engine().outstanding(vcpu) + 1 + ReadyFlags.SPARE;
        return control.isByFlag() && of.flags().clear(control.source()) < needed ? NO_ROOM : Optional.empty();
    }

    @Override
    public boolean isSlotFree(int vcpu) {
        return machine.of(vcpu).information().isFree();
    }

    @Override
    public boolean deliver(FaultContext fault, long token) {
        int vcpu = fault.vcpu();
        Host host = machine.host();
        VcpuPageFaults of = machine.of(vcpu);
        long address = host.vcpu(vcpu).pe().trapFaultAddress();
        of.information().notPresent(token, PageSize.pageOf(address), fault.page(), fault.access());
        of.hold(token);
        machine.exceptions().syndrome(vcpu, SYNDROME);
        SyntheticEntry.enter(host, vcpu, machine.exceptions().vectors(vcpu), SYNDROME);
        return true;
    }

    /** It is taken when it is delivered. */
    @Override
    public boolean withdraw(int vcpu, long token) {
        return false;
    }
}
