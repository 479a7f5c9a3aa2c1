/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event.abi;

import jakarta.inject.Inject;

/**
 * Tries once; then sets BUSY, which a guest that behaves respects, and tries a few more times. A guest that does not behave
 * loses its own events and holds nobody up (XEN-141).
 *
 * @since 0.1
 */
public final class StandardLinkWriter implements LinkWriter {
    /** How often a well-behaved guest can change the word: it clears LINKED, clears PENDING, sets MASKED, has it cleared. */
    private static final int TRIES_WITH_BUSY = 4;

    private final EventArray array;
    private final Interleaving interleaving;

    /**
     * Makes the rule.
     *
     * @param array the event words
     * @param interleaving what happens in between
     */
    @Inject
    public StandardLinkWriter(EventArray array, Interleaving interleaving) {
        this.array = array;
        this.interleaving = interleaving;
    }

    @Override
    public boolean append(int tail, int port) {
        int word = array.load(tail);
        if ((word & EventWord.LINKED) == 0) {
            return false;
        }
        return replaceLink(tail, word, port) || appendBusily(tail, port);
    }

    private boolean appendBusily(int tail, int port) {
        array.testAndSet(tail, EventWord.BUSY);
        for (int i = 0; i < TRIES_WITH_BUSY; i++) {
            int word = array.load(tail);
            if ((word & EventWord.LINKED) == 0) {
                array.testAndClear(tail, EventWord.BUSY);
                return false;
            }
            if (replaceLink(tail, word, port)) {
                return true;
            }
        }
        array.testAndClear(tail, EventWord.BUSY);
        return true;
    }

    private boolean replaceLink(int tail, int word, int port) {
        interleaving.beforeLinkWrite(tail);
        return array.compareAndSet(tail, word, word & ~(EventWord.BUSY | EventWord.LINK) | port);
    }
}
