/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.Host;
import jakarta.inject.Inject;
import java.util.Arrays;

/**
 * vCPUs that do not run for want of entries in the ring (xen.md 7.4): those that sleep since there was none when they needed
 * it, in the order in which they came, and those that have put a request and left so few that every other vCPU could not be
 * sure of one.
 */
final class Producers implements StateElement {
    private static final String SLEEPERS = "sleepers";
    private static final String HELD = "held";

    private final int[] sleepers;
    private int sleeping;
    private final long[] held;
    /** Who was the last to be let go, so that low numbers are not always the first. */
    private int last;

    @Inject
    Producers(Host host) {
        this(host.vcpuCount());
    }

    Producers(int vcpus) {
        sleepers = new int[vcpus];
        held = new long[vcpus];
        last = vcpus - 1;
    }

    boolean isAnybodyAsleep() {
        return sleeping > 0;
    }

    boolean isAsleep(int vcpu) {
        return position(vcpu) < sleeping;
    }

    boolean isHeld(int vcpu) {
        return held[vcpu] != 0;
    }

    private int position(int vcpu) {
        int at = 0;
        while (at < sleeping && sleepers[at] != vcpu) {
            at++;
        }
        return at;
    }

    /** There is no entry for a vCPU: it tries again when there is. */
    void sleep(int vcpu) {
        if (!isAsleep(vcpu)) {
            sleepers[sleeping++] = vcpu;
        }
    }

    /** A vCPU has put a request: whether it may go on depends on what is left. */
    void hold(int vcpu, int available) {
        if (available < held.length) {
            held[vcpu] = 1;
        }
    }

    /** Entries have become free: sleepers go first, all others in turn. */
    void wake(int available) {
        if (sleeping > 0) {
            int woken = Math.min(sleeping, Math.max(0, available));
            sleeping -= woken;
            System.arraycopy(sleepers, woken, sleepers, 0, sleeping);
        } else {
            letGo(available);
        }
    }

    private void letGo(int available) {
        int left = available;
        int start = last;
        for (int i = 1; i <= held.length && left > 0; i++) {
            int vcpu = (start + i) % held.length;
            if (held[vcpu] != 0) {
                held[vcpu] = 0;
                last = vcpu;
                left--;
            }
        }
    }

    /** A vCPU starts anew. */
    void forget(int vcpu) {
        held[vcpu] = 0;
        int at = position(vcpu);
        if (at < sleeping) {
            sleeping--;
            System.arraycopy(sleepers, at + 1, sleepers, at, sleeping - at);
        }
    }

    /** There is no ring any more: nobody waits for an entry of it. */
    void releaseHeld() {
        Arrays.fill(held, 0);
    }

    @Override
    public String stateName() {
        return "producers";
    }

    @Override
    public void reset() {
        sleeping = 0;
        releaseHeld();
        last = held.length - 1;
    }

    @Override
    public void save(StateWriter writer) {
        writer.words(
                SLEEPERS, Arrays.stream(sleepers, 0, sleeping).asLongStream().toArray());
        writer.words(HELD, held);
        writer.word("last", last);
    }

    @Override
    public void restore(StateReader reader) {
        sleeping = 0;
        for (long vcpu : reader.words(SLEEPERS)) {
            if (vcpu < 0 || vcpu >= held.length || isAsleep((int) vcpu)) {
                throw reader.invalid(SLEEPERS, "has vCPU " + vcpu + ", which does not exist or is there twice");
            }
            sleep((int) vcpu);
        }
        long[] saved = reader.words(HELD, held.length);
        for (long flag : saved) {
            if (flag != 0 && flag != 1) {
                throw reader.invalid(HELD, "has " + flag + ", which is neither 0 nor 1");
            }
        }
        System.arraycopy(saved, 0, held, 0, held.length);
        last = reader.integer("last", 0, held.length - 1);
    }
}
