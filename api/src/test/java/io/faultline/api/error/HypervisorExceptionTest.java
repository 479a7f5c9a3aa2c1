/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.error;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;

class HypervisorExceptionTest {
    @Test
    void theMessageHasFourAnswers() {
        HypervisorException error = new HypervisorException(
                ErrorId.RESOURCE_CONFLICT, "PPI 23 has two owners", "backend kvm", "choose another PPI");

        assertEquals("PPI 23 has two owners (backend kvm); choose another PPI [RESOURCE_CONFLICT]", error.getMessage());
        assertEquals(ErrorId.RESOURCE_CONFLICT, error.id());
        assertEquals("PPI 23 has two owners", error.attempted());
        assertEquals("backend kvm", error.where());
        assertEquals("choose another PPI", error.remedy());
    }

    @Test
    void emptyAnswersLeaveNoTrace() {
        Throwable cause = new IllegalStateException("below");
        HypervisorException error = new HypervisorException(ErrorId.INTERNAL, "it broke", "", "", cause);

        assertEquals("it broke [INTERNAL]", error.getMessage());
        assertSame(cause, error.getCause());
    }
}
