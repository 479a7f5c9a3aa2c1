/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.migration;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import java.io.IOException;

/** Words for a move that fails. */
final class StreamProblem {
    private StreamProblem() {}

    /** The other side went away, or said something that is not a frame. */
    static HypervisorException broken(String what, IOException problem) {
        return new HypervisorException(ErrorId.MIGRATION_FAILED, what + ": " + problem.getMessage(), "", "", problem);
    }

    /** The other side said something that it must not say here. */
    static HypervisorException unexpected(Frame frame, String instead) {
        return failed("the other side sent " + frame.getClass().getSimpleName() + " instead of " + instead);
    }

    static HypervisorException failed(String what) {
        return new HypervisorException(ErrorId.MIGRATION_FAILED, what, "", "");
    }
}
