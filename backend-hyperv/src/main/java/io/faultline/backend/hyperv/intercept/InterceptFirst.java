/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.intercept;

import io.faultline.api.arm64.AccessKind;
import io.faultline.backend.core.machine.AbsentPageDecision;
import io.faultline.backend.core.machine.AbsentPageHandler;
import io.faultline.backend.core.machine.ForwardingAbsentPages;
import io.faultline.backend.core.machine.VirtualProcessor;
import java.util.Objects;

/**
 * Absent pages of a machine whose VMM may want to hear of them by intercept messages: while it does, no access gets any
 * further; all is as without it otherwise.
 *
 * @since 0.1
 */
public final class InterceptFirst extends ForwardingAbsentPages {
    private final Interceptor intercepts;

    /**
     * Makes the handler.
     *
     * @param others handles what is not intercepted
     * @param intercepts what the VMM wants to hear of
     */
    public InterceptFirst(AbsentPageHandler others, Interceptor intercepts) {
        super(others);
        this.intercepts = Objects.requireNonNull(intercepts, "intercepts");
    }

    @Override
    public AbsentPageDecision absent(VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk) {
        // A vCPU that is suspended is kept from going back to the instruction by its personality.
        return intercepts.absent(vcpu, access, page, stage1Walk)
                ? AbsentPageDecision.RETRY
                : super.absent(vcpu, access, page, stage1Walk);
    }
}
