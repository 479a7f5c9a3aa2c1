/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import java.util.ArrayList;
import java.util.List;

/** The wire that carries SEV to every PE of a machine. */
final class EventBroadcast {
    private final List<ProcessingElement> members = new ArrayList<>();

    void join(ProcessingElement pe) {
        members.add(pe);
    }

    void send() {
        for (int i = 0; i < members.size(); i++) {
            members.get(i).signalEvent();
        }
    }
}
