/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.util.Arrays;

/**
 * What the guest has set up, and what it has in hand, for each vCPU.
 *
 * @since 0.1
 */
public final class ControlBlocks implements StateElement {
    /** Bit of the control word: the interface is enabled. */
    public static final long ENABLED = 1;
    /** Bit of the control word: faults of EL1 are announced, too. */
    public static final long SEND_ALWAYS = 1 << 1;

    private static final long ADDRESS = -64L;
    private static final long TOKEN_LIMIT = 0xFFFF_FFFFL;

    /** In place of a token: there is none. */
    public static final long NOTHING = -1;

    private final ApfRoute route;
    private final long[] control;
    /** One more than the token, which may be 0 under a quirk; 0 for none. */
    private final long[] inHand;
    /** Whether not-present is shown and not acknowledged, on a route on which it has to be. */
    private final long[] unacknowledged;

    ControlBlocks(int vcpus, ApfRoute route) {
        this.route = route;
        control = new long[vcpus];
        inHand = new long[vcpus];
        unacknowledged = new long[vcpus];
    }

    /**
     * Returns the control word.
     *
     * @param vcpu index of the vCPU
     * @return address in bits 63:6, {@link #SEND_ALWAYS}, {@link #ENABLED}; 0 if disabled
     */
    public long control(int vcpu) {
        return control[vcpu];
    }

    /**
     * Sets the control word.
     *
     * @param vcpu index of the vCPU
     * @param value the word; 0 for disabled
     */
    public void control(int vcpu, long value) {
        control[vcpu] = value;
    }

    /**
     * Tells whether the interface is enabled.
     *
     * @param vcpu index of the vCPU
     * @return true if it is
     */
    public boolean isEnabled(int vcpu) {
        return (control[vcpu] & ENABLED) != 0;
    }

    /**
     * Tells whether faults of EL1 are announced.
     *
     * @param vcpu index of the vCPU
     * @return true if they are
     */
    public boolean sendsAlways(int vcpu) {
        return (control[vcpu] & SEND_ALWAYS) != 0;
    }

    /**
     * Returns the address of the shared area.
     *
     * @param vcpu index of the vCPU, which is enabled
     * @return a multiple of 64
     */
    public long area(int vcpu) {
        return areaOf(control[vcpu]);
    }

    /**
     * Returns the address in a control word.
     *
     * @param control the word
     * @return a multiple of 64
     */
    public static long areaOf(long control) {
        return control & ADDRESS;
    }

    /**
     * Returns the token of the not-present notification that was delivered and not answered.
     *
     * @param vcpu index of the vCPU
     * @return the token, 32 bits, or {@link #NOTHING}
     */
    public long inHand(int vcpu) {
        return inHand[vcpu] - 1;
    }

    /**
     * Not-present is delivered, and the guest is to answer it.
     *
     * @param vcpu index of the vCPU
     * @param token the token
     */
    public void hold(int vcpu, long token) {
        inHand[vcpu] = token + 1;
    }

    /**
     * Not-present is delivered, and the guest is to answer and acknowledge it.
     *
     * @param vcpu index of the vCPU
     * @param token the token
     */
    public void show(int vcpu, long token) {
        hold(vcpu, token);
        unacknowledged[vcpu] = 1;
    }

    /**
     * Tells whether not-present is shown and not acknowledged.
     *
     * @param vcpu index of the vCPU
     * @return true between {@link #show} and {@link #acknowledge}
     */
    public boolean isUnacknowledged(int vcpu) {
        return unacknowledged[vcpu] != 0;
    }

    /**
     * The guest has answered not-present, or there is nothing to answer any more.
     *
     * @param vcpu index of the vCPU
     */
    public void answer(int vcpu) {
        inHand[vcpu] = 0;
    }

    /**
     * The guest has acknowledged not-present, and thereby answered it.
     *
     * @param vcpu index of the vCPU
     */
    public void acknowledge(int vcpu) {
        answer(vcpu);
        unacknowledged[vcpu] = 0;
    }

    /**
     * Forgets everything of one vCPU.
     *
     * @param vcpu index of the vCPU
     */
    public void reset(int vcpu) {
        control[vcpu] = 0;
        acknowledge(vcpu);
    }

    @Override
    public String stateName() {
        return route == ApfRoute.SDEI ? "apf" : "apf-ppi";
    }

    @Override
    public void reset() {
        Arrays.fill(control, 0);
        Arrays.fill(inHand, 0);
        Arrays.fill(unacknowledged, 0);
    }

    @Override
    public void save(StateWriter writer) {
        writer.words("control", control);
        writer.words("in-hand", inHand);
        if (route == ApfRoute.PPI) {
            writer.words("unacknowledged", unacknowledged);
        }
    }

    @Override
    public void restore(StateReader reader) {
        long[] words = reader.words("control", control.length);
        long[] tokens = reader.words("in-hand", inHand.length);
        for (int i = 0; i < words.length; i++) {
            if ((words[i] & route.reserved()) != 0 || words[i] != 0 && (words[i] & ENABLED) == 0) {
                throw reader.invalid("control", "is 0x" + Long.toHexString(words[i]) + " for vCPU " + i);
            }
            if (tokens[i] < 0 || tokens[i] > TOKEN_LIMIT) {
                throw reader.invalid("in-hand", "is 0x" + Long.toHexString(tokens[i]) + " for vCPU " + i);
            }
            control[i] = words[i];
            inHand[i] = tokens[i];
        }
        if (route == ApfRoute.PPI) {
            restoreUnacknowledged(reader);
        }
    }

    /** Here the host knows each step of a not-present, so that nothing is in hand that is not shown. */
    private void restoreUnacknowledged(StateReader reader) {
        long[] flags = reader.words("unacknowledged", unacknowledged.length);
        for (int i = 0; i < flags.length; i++) {
            boolean flag = flags[i] == 0 || flags[i] == 1 && isEnabled(i);
            if (!flag || inHand[i] != 0 && flags[i] == 0) {
                throw reader.invalid("unacknowledged", "is " + flags[i] + " for vCPU " + i);
            }
            unacknowledged[i] = flags[i];
        }
    }
}
