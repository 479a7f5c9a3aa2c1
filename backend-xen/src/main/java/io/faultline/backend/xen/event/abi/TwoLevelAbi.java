/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event.abi;

import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.xen.vcpu.Upcalls;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/**
 * The two-level ABI: a pending and a mask bit for each port in shared_info, and in each vCPU's vcpu_info a selector with one
 * bit for each word of them (xen.md 4.4).
 *
 * <p>It has no state of its own: all of it is the guest's.
 *
 * @since 0.1
 */
@Singleton
public class TwoLevelAbi implements EventAbi {
    /** Number of ports. */
    public static final int PORTS = 4096;
    /** Where in shared_info the pending bits begin. */
    public static final int PENDING = 0x30;
    /** Where in shared_info the mask bits begin. */
    public static final int MASK = 0x230;
    /** Where in vcpu_info the selector is. */
    public static final int SELECTOR = 8;

    private final Frame shared;
    private final Upcalls upcalls;

    /**
     * Makes the ABI.
     *
     * @param domain the domain
     * @param upcalls its vCPUs
     */
    @Inject
    public TwoLevelAbi(EventDomain domain, Upcalls upcalls) {
        shared = domain.sharedInfo();
        this.upcalls = upcalls;
    }

    @Override
    public int capacity() {
        return PORTS;
    }

    @Override
    public void setPending(int port, int vcpu) {
        if (hasNoBits(port) || shared.testAndSet64(PENDING + word(port), bit(port))) {
            return;
        }
        if (!isSet(MASK, port)) {
            select(port, vcpu);
        }
        upcalls.wakePollers(port);
    }

    @Override
    public void unmask(int port, int vcpu) {
        if (!hasNoBits(port) && shared.testAndClear64(MASK + word(port), bit(port)) && isSet(PENDING, port)) {
            select(port, vcpu);
        }
    }

    @Override
    public void clearPending(int port) {
        if (!hasNoBits(port)) {
            shared.testAndClear64(PENDING + word(port), bit(port));
        }
    }

    @Override
    public boolean isPending(int port) {
        return !hasNoBits(port) && isSet(PENDING, port);
    }

    @Override
    public Readiness readiness(int port, int vcpu) {
        if (hasNoBits(port)) {
            return Readiness.NOWHERE;
        }
        if (isSet(MASK, port)) {
            return Readiness.MASKED;
        }
        boolean selected =
                (upcalls.infoFrame(vcpu).load64(upcalls.infoOffset(vcpu) + SELECTOR) & 1L << port / Long.SIZE) != 0;
        return isSet(PENDING, port) || selected || upcalls.isMarked(vcpu) ? Readiness.BUSY : Readiness.SIGNALS;
    }

    @Override
    public boolean isBusy(int port) {
        return false;
    }

    @Override
    public void redeliver(int port, int vcpu) {
        if (isPending(port) && !isSet(MASK, port)) {
            select(port, vcpu);
        }
    }

    private void select(int port, int vcpu) {
        Frame info = upcalls.infoFrame(vcpu);
        if (!info.testAndSet64(upcalls.infoOffset(vcpu) + SELECTOR, 1L << port / Long.SIZE)) {
            upcalls.markPending(vcpu);
        }
    }

    private boolean isSet(int array, int port) {
        return (shared.load64(array + word(port)) & bit(port)) != 0;
    }

    /** Ports of the FIFO ABI that the hypervisor owns outlive it. */
    private static boolean hasNoBits(int port) {
        return port >= PORTS;
    }

    private static int word(int port) {
        return port / Long.SIZE * Long.BYTES;
    }

    private static long bit(int port) {
        return 1L << port;
    }
}
