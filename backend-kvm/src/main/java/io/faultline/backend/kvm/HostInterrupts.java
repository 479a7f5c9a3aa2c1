/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm;

import io.faultline.api.sdei.SdeiEventType;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.kvm.sdei.ClientInterrupts;
import io.faultline.hwmodel.gic.DivertibleInterrupts;
import io.faultline.hwmodel.gic.InterruptController;
import java.util.Optional;

/** The interrupts of the GIC, for the dispatcher. */
final class HostInterrupts implements ClientInterrupts {
    private static final int FIRST_PPI = 16;
    private static final int FIRST_SPI = 32;
    /** The machine has no PPI of its own. */
    private static final int NONE = -1;

    private final InterruptController gic;
    private final int ownPpi;

    HostInterrupts(Host host) {
        gic = host.gic();
        ownPpi = host.request()
                .asyncPageFaults()
                .map(wish -> wish.interrupt().orElse(NONE))
                .orElse(NONE);
    }

    @Override
    public Optional<SdeiEventType> kind(int intid) {
        if (intid < FIRST_PPI || intid >= FIRST_SPI + gic.sharedInterrupts()) {
            return Optional.empty();
        }
        return Optional.of(intid < FIRST_SPI ? SdeiEventType.PRIVATE : SdeiEventType.SHARED);
    }

    /** The PPI of asynchronous page faults is how the hypervisor talks to the guest: nobody else may have it. */
    @Override
    public boolean isOwned(int intid) {
        return intid != ownPpi;
    }

    private DivertibleInterrupts of(int pe, int intid) {
        return intid < FIRST_SPI ? gic.redistributor(pe) : gic;
    }

    @Override
    public void divert(int pe, int intid, boolean away) {
        of(pe, intid).divert(intid, away);
    }

    @Override
    public void diverted(int pe, int intid, boolean away) {
        of(pe, intid).diverted(intid, away);
    }

    @Override
    public boolean isPending(int pe, int intid) {
        return of(pe, intid).isPending(intid);
    }

    @Override
    public boolean isActive(int pe, int intid) {
        return of(pe, intid).isActive(intid);
    }

    @Override
    public void acknowledge(int pe, int intid) {
        of(pe, intid).acknowledge(intid);
    }

    @Override
    public void end(int pe, int intid) {
        of(pe, intid).end(intid);
    }
}
