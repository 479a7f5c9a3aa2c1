/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.pagefault;

import io.faultline.api.arm64.AccessKind;
import java.util.Objects;
import java.util.Optional;

/**
 * One fault that has not come to its end.
 *
 * @param vcpu index of the vCPU that faulted
 * @param page address of the page
 * @param access how it was touched
 * @param phase where the fault is in its life
 * @param token token that the guest was given, zero-extended; 0 if it was not announced
 * @param veto why it was not announced; empty if it was
 * @since 0.1
 */
public record FaultTicket(int vcpu, long page, AccessKind access, FaultPhase phase, long token, Optional<Veto> veto) {
    /** Checks for null. */
    public FaultTicket {
        Objects.requireNonNull(access, "access");
        Objects.requireNonNull(phase, "phase");
        Objects.requireNonNull(veto, "veto");
    }
}
