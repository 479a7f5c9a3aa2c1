/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.conformance.scenario.GuestBlock;
import io.faultline.conformance.scenario.Scenario;
import java.util.ArrayList;
import java.util.List;

/** The two-level ABI as a guest sees it: bits in shared_info, a selector for each vCPU (xen.md 3.2, 4.4). */
record TwoLevel(XenGuest guest) {
    private static final int LAST_SCRATCH = 99;

    /** Boots a guest that has mapped shared_info, registered its vCPUs and has nothing to look at. */
    static TwoLevel boot(Scenario s, int vcpus) {
        return listening(XenGuest.boot(s, vcpus));
    }

    /** The same of a guest that has just booted. */
    static TwoLevel listening(XenGuest guest) {
        guest.mapSharedInfo();
        guest.listen();
        return new TwoLevel(guest);
    }

    private long load(int offset) {
        return guest.cpu().get(XenGuest.SHARED_INFO + offset, AccessWidth.DOUBLEWORD);
    }

    private void store(int offset, long value) {
        guest.cpu().put(XenGuest.SHARED_INFO + offset, AccessWidth.DOUBLEWORD, value);
    }

    long pendingWord(int n) {
        return load(Xen.PENDING_BITS + 8 * n);
    }

    void setPendingWord(int n, long value) {
        store(Xen.PENDING_BITS + 8 * n, value);
    }

    long maskWord(int n) {
        return load(Xen.MASK_BITS + 8 * n);
    }

    void setMaskWord(int n, long value) {
        store(Xen.MASK_BITS + 8 * n, value);
    }

    /** Copies shared_info into a page of the check, so that all of it can be looked at. */
    GuestBlock copy() {
        GuestBlock copy = guest.scratch(LAST_SCRATCH);
        guest.copy(XenGuest.SHARED_INFO, copy.address(), Xen.SHARED_INFO_BYTES / 8);
        return copy;
    }

    /** Demands all pending words, of which at most one is not 0, and that nothing is masked. */
    void expectWords(String when, int word, long pending) {
        GuestBlock copy = copy();
        for (int n = 0; n < Xen.TWO_LEVEL_WORDS; n++) {
            guest.scenario()
                    .expectEqual(
                            "pending word " + n + " " + when,
                            n == word ? pending : 0,
                            copy.quad(Xen.PENDING_BITS + 8 * n));
            guest.scenario().expectEqual("mask word " + n + " " + when, 0, copy.quad(Xen.MASK_BITS + 8 * n));
        }
    }

    /** Writes all pending and all mask words. */
    void setAllWords(long pending, long mask) {
        GuestBlock source = guest.scratch(LAST_SCRATCH);
        for (int n = 0; n < Xen.TWO_LEVEL_WORDS; n++) {
            source.quad(8 * n, pending);
            source.quad(8 * (n + Xen.TWO_LEVEL_WORDS), mask);
        }
        guest.copy(source.address(), XenGuest.SHARED_INFO + Xen.PENDING_BITS, 2 * Xen.TWO_LEVEL_WORDS);
    }

    static long bit(int port) {
        return 1L << (port & 63);
    }

    static int word(int port) {
        return port >>> 6;
    }

    boolean isPending(int port) {
        return (pendingWord(word(port)) & bit(port)) != 0;
    }

    boolean isMasked(int port) {
        return (maskWord(word(port)) & bit(port)) != 0;
    }

    void clearPending(int port) {
        setPendingWord(word(port), pendingWord(word(port)) & ~bit(port));
    }

    void setPending(int port) {
        setPendingWord(word(port), pendingWord(word(port)) | bit(port));
    }

    void mask(int port) {
        setMaskWord(word(port), maskWord(word(port)) | bit(port));
    }

    void clearMask(int port) {
        setMaskWord(word(port), maskWord(word(port)) & ~bit(port));
    }

    /** Clears every pending bit of the first words and whatever the vCPUs owe to look at. */
    void quiet() {
        for (int n = 0; n < 2; n++) {
            setPendingWord(n, 0);
        }
        guest.quiet();
    }

    /** A connection of which nothing is pending. */
    XenGuest.Channel channel() {
        XenGuest.Channel channel = guest.channel();
        clearPending(channel.sender());
        guest.quiet();
        return channel;
    }

    void expectPending(String when, int port, boolean pending) {
        guest.scenario().expectEqual("pending bit of port " + port + " " + when, pending, isPending(port));
    }

    void expectSelector(String when, int vcpu, long value) {
        guest.scenario().expectEqual("selector of vCPU " + vcpu + " " + when, value, guest.selector(vcpu));
    }

    /** Looks for events on a vCPU in the order that loses none; returns the ports that were handled. */
    List<Integer> scan(int vcpu) {
        List<Integer> handled = new ArrayList<>();
        while ((guest.upcall(vcpu) & 1) != 0) {
            guest.setUpcall(vcpu, 0);
            long selector = guest.selector(vcpu);
            guest.setSelector(vcpu, 0);
            while (selector != 0) {
                int n = Long.numberOfTrailingZeros(selector);
                selector &= selector - 1;
                long bits = pendingWord(n) & ~maskWord(n);
                setPendingWord(n, pendingWord(n) & ~bits);
                while (bits != 0) {
                    handled.add(64 * n + Long.numberOfTrailingZeros(bits));
                    bits &= bits - 1;
                }
            }
        }
        return handled;
    }
}
