/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import java.util.ArrayList;
import java.util.List;

/** What the PEs of a machine tell each other: SEV, and TLB maintenance for the Inner Shareable domain. */
final class Interconnect {
    private final List<ProcessingElement> members = new ArrayList<>();

    void join(ProcessingElement pe) {
        members.add(pe);
    }

    void sendEvent() {
        for (int i = 0; i < members.size(); i++) {
            members.get(i).signalEvent();
        }
    }

    /** Carries out TLB maintenance on every PE, the one that asks for it included. */
    void invalidate(TlbOperation operation, boolean el2, long argument) {
        for (int i = 0; i < members.size(); i++) {
            members.get(i).invalidate(operation, el2, argument);
        }
    }
}
