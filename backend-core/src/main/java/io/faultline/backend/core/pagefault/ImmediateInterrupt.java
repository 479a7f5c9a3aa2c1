/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.pagefault.Veto;
import io.faultline.backend.core.machine.Host;
import io.faultline.hwmodel.cpu.ProcessingElement;
import io.faultline.hwmodel.gic.Redistributor;
import java.util.Objects;
import java.util.Optional;

/**
 * A PPI that is to be taken in the exit of the access that it tells of, or not to be raised at all: an interrupt that stays
 * pending is not taken before the access is made again (async-page-fault.md, 3.4, item 6).
 *
 * @since 0.1
 */
public final class ImmediateInterrupt {
    private static final Optional<Veto> MASKED = Optional.of(Veto.INTERRUPTS_MASKED);
    private static final Optional<Veto> RUNNING = Optional.of(Veto.HANDLER_RUNNING);
    private static final Optional<Veto> NOT_FIRST = Optional.of(Veto.EXCEPTION_PENDING);

    private final Host host;
    private final int ppi;

    /**
     * Makes the interrupt of a machine.
     *
     * @param host the machine
     * @param ppi INTID, 16 to 31
     */
    public ImmediateInterrupt(Host host, int ppi) {
        this.host = Objects.requireNonNull(host, "host");
        this.ppi = ppi;
    }

    /**
     * Says what keeps the interrupt, if it were raised now, from being taken before anything else. The masks of the access
     * are not looked at. Changes nothing.
     *
     * @param vcpu index of a vCPU in the trap of an access
     * @return the veto; empty if nothing does
     */
    public Optional<Veto> obstacle(int vcpu) {
        Redistributor redistributor = host.gic().redistributor(vcpu);
        if (!redistributor.isEnabled(ppi)) {
            return MASKED;
        }
        if (redistributor.isActive(ppi)) {
            return RUNNING;
        }
        // An edge would be remembered if it were tried.
        if (redistributor.isEdgeTriggered(ppi)) {
            return MASKED;
        }
        boolean high = redistributor.isLineHigh(ppi);
        redistributor.setLevel(ppi, true);
        Optional<Veto> obstacle = obstacleOfPending(vcpu, redistributor);
        redistributor.setLevel(ppi, high);
        return obstacle;
    }

    private Optional<Veto> obstacleOfPending(int vcpu, Redistributor redistributor) {
        if (!redistributor.wouldBeTaken(ppi)) {
            return MASKED;
        }
        // Brings the timers up to date, one of which may go first.
        pe(vcpu).isInterruptPending();
        SystemRegister highest =
                redistributor.group(ppi) == 1 ? SystemRegister.ICC_HPPIR1_EL1 : SystemRegister.ICC_HPPIR0_EL1;
        return redistributor.cpuInterface().read(highest) == ppi ? Optional.empty() : NOT_FIRST;
    }

    /**
     * Has the vCPU take the interrupt that has been raised.
     *
     * @param vcpu index of a vCPU in the trap of an access
     * @return false if it cannot take one; then nothing has changed
     */
    public boolean take(int vcpu) {
        return pe(vcpu).injectDueInterrupt();
    }

    private ProcessingElement pe(int vcpu) {
        return host.vcpu(vcpu).pe();
    }
}
