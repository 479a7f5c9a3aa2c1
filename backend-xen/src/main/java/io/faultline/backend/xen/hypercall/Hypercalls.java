/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.hypercall;

import io.faultline.api.arm64.AccessKind;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.VirtualProcessor;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * The hypercalls of a machine: {@code HVC #0xEA1} with the number in X16, arguments in X0 to X4 and the result in X0
 * (xen.md 1.1).
 */
public final class Hypercalls {
    /** The immediate of the instruction. */
    public static final int TAG = 0xEA1;

    private static final int NUMBER = 16;
    private static final long DESTROYED = 0xDEAD_BEEFL;
    private static final int ARGUMENTS = 5;

    private final HypercallTable table;
    private final HypercallDecoration decoration;
    private final HypercallSettings settings;
    private final StandardCaller[] callers;
    /** Who is in a call. */
    private int current;

    /**
     * Makes the hypercalls.
     *
     * @param host the machine
     * @param calls number to hypercall, without multicall
     * @param settings choices that builds of Xen make differently
     * @param decoration what replaces or wraps calls
     */
    public Hypercalls(
            Host host, Map<Integer, Hypercall> calls, HypercallSettings settings, HypercallDecoration decoration) {
        this.settings = settings;
        this.decoration = decoration;
        table = new HypercallTable(calls, decoration);
        callers = new StandardCaller[host.vcpuCount()];
        for (int i = 0; i < callers.length; i++) {
            callers[i] = new StandardCaller(host.vcpu(i));
        }
    }

    /**
     * Carries out what a vCPU asks for.
     *
     * @param vcpu a vCPU in the trap of an HVC
     * @param immediate the immediate of the instruction, not 0; one that is not {@link #TAG} is an undefined instruction
     *     (XEN-003)
     */
    public void call(VirtualProcessor vcpu, int immediate) {
        StandardCaller caller = callers[vcpu.index()];
        if (!decoration.isHypercall(immediate)) {
            if (settings.undefinedAddress() == HypercallSettings.UndefinedAddress.AT) {
                caller.goBack();
            }
            vcpu.pe().injectUndefined();
            return;
        }
        caller.begin();
        current = vcpu.index();
        long result = table.get(vcpu.pe().x(NUMBER)).call(caller);
        if (caller.lacksPage()) {
            if (!caller.retryWithPage()) {
                vcpu.pe().x(0, -XenError.EFAULT);
            }
        } else if (caller.isContinued()) {
            caller.goBack();
        } else {
            finish(vcpu, result);
        }
    }

    /**
     * A call needs a page that is not resident: it is made again when the page has come, whatever it returns. Nothing of
     * the call may have had an effect.
     *
     * @param page address of a page of RAM, as the guest names it
     */
    public void lacks(long page) {
        callers[current].copy().lacks(page, AccessKind.WRITE);
    }

    /**
     * Returns who makes the call in progress.
     *
     * @return index of the vCPU; outside a call, of the one that made the last
     */
    public int current() {
        return current;
    }

    /**
     * Writes to the guest by itself, in the name of a vCPU that is not in a call.
     *
     * @param vcpu index of the vCPU
     * @param address virtual address, any value
     * @param source where from
     * @param offset first index in the source
     * @param length number of bytes, at least 0
     * @param lacking told of the page if the write fails for want of one that is not resident, as the guest names it
     * @return false if it failed
     */
    public boolean write(int vcpu, long address, byte[] source, int offset, int length, LongConsumer lacking) {
        StandardGuestCopy copy = callers[vcpu].copy();
        copy.begin();
        boolean written = copy.write(address, source, offset, length);
        if (copy.missing() != StandardGuestCopy.NOTHING) {
            lacking.accept(copy.missing());
        }
        return written;
    }

    private void finish(VirtualProcessor vcpu, long result) {
        vcpu.pe().x(0, result);
        if (settings.arguments() == HypercallSettings.Arguments.DESTROYED && result != -XenError.ENOSYS) {
            for (int i = 1; i < ARGUMENTS; i++) {
                vcpu.pe().x(i, DESTROYED);
            }
            vcpu.pe().x(NUMBER, DESTROYED);
        }
    }
}
