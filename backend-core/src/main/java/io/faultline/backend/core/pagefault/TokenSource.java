/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.pagefault.Veto;
import io.faultline.api.state.StateElement;
import java.util.OptionalLong;
import java.util.function.LongPredicate;

/**
 * Where the tokens of faults come from.
 *
 * @since 0.1
 */
public interface TokenSource extends StateElement {
    /** There is no token for the fault (APF-044). */
    Veto NO_TOKEN = new Veto("no-token", "there is no token for the fault (APF-044)");

    /** What {@link #nextOrNone} returns if there is no token; never a token itself. */
    long NONE = Long.MIN_VALUE;

    /**
     * Returns the token for a fault that is about to be announced. It differs from every token that is in use anywhere in
     * the machine (APF-039), from 0 (APF-037) and from the wake-all token (APF-038).
     *
     * @param fault the fault
     * @param inUse tells whether a token is in use
     * @return the token; empty if there is none for this fault, which is then not announced
     */
    OptionalLong next(FaultContext fault, LongPredicate inUse);

    /**
     * Tells whether an announced fault can have a token. Asked when faults are restored.
     *
     * @param token the token
     * @return true if it can
     */
    default boolean isPossible(long token) {
        return token != 0;
    }

    /**
     * Returns what {@link #next} returns, without an object around it. The engine asks this one.
     *
     * @param fault the fault
     * @param inUse tells whether a token is in use
     * @return the token, or {@link #NONE}
     */
    default long nextOrNone(FaultContext fault, LongPredicate inUse) {
        return next(fault, inUse).orElse(NONE);
    }
}
