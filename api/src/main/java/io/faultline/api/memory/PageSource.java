/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.memory;

import java.util.OptionalLong;

/**
 * Where absent pages come from: a post-copy stream, a snapshot file, swap.
 *
 * <p>A source is asked and answers later. It may fail, be late, or answer twice: the second answer for a page is dropped
 * and counted. The machine calls all methods on the thread that drives it. A source that works on threads of its own
 * collects its answers in a queue and hands them over in {@link #poll}, which the machine calls at defined points: before
 * a vCPU runs, when one stops, and when the VMM skips time. That keeps the order of everything in the machine
 * deterministic for sources that work in virtual time.
 *
 * @since 0.1
 */
public interface PageSource {
    /**
     * Asks for a page. Must not block and must not call back into the machine.
     *
     * @param request the page and why it is needed
     */
    void request(PageRequest request);

    /**
     * Hands over a page at once if that is possible without waiting. A page obtained so is never announced to the guest
     * (APF-057).
     *
     * @param page address of the page
     * @param sink takes the page
     * @return true if the sink was given the page; the default is false
     */
    default boolean fetchNow(long page, PageSink sink) {
        return false;
    }

    /**
     * Hands over what has arrived. Must not block.
     *
     * @param now virtual time in nanoseconds
     * @param sink takes the answers, in the order of arrival
     */
    void poll(long now, PageSink sink);

    /**
     * Returns when the next answer is due, so that an idle machine can skip to it.
     *
     * @return virtual time in nanoseconds; empty if nothing is due or the source does not work in virtual time
     */
    OptionalLong nextArrival();
}
