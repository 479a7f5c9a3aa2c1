/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

import io.faultline.backend.core.machine.Host;
import io.faultline.backend.hyperv.synic.EventFlags;
import io.faultline.backend.hyperv.synic.MessageQueues;
import jakarta.inject.Inject;

/**
 * The first vCPU whose controller and page are on. Of those, one whose source refuses signals is chosen only if all do.
 *
 * @since 0.1
 */
public final class StandardTargetChoice implements TargetChoice {
    private final int vcpus;
    private final MessageQueues queues;
    private final EventFlags flags;

    /**
     * Makes the choice of a machine.
     *
     * @param host the machine
     * @param queues who takes messages
     * @param flags who takes signals
     */
    @Inject
    public StandardTargetChoice(Host host, MessageQueues queues, EventFlags flags) {
        vcpus = host.vcpuCount();
        this.queues = queues;
        this.flags = flags;
    }

    @Override
    public int forMessage(int source) {
        for (int i = 0; i < vcpus; i++) {
            if (queues.isReceiving(i)) {
                return i;
            }
        }
        return NONE;
    }

    @Override
    public int forSignal(int source) {
        int refusing = NONE;
        for (int i = 0; i < vcpus; i++) {
            if (flags.canSignal(i, source)) {
                return i;
            }
            if (refusing == NONE && flags.isReceiving(i)) {
                refusing = i;
            }
        }
        return refusing;
    }
}
