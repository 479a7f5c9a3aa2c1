/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import io.faultline.api.error.ErrorId;

/** What the status of the command means. Scripts rely on the numbers. */
enum ExitStatus {
    /** Everything is fine. */
    FINE,
    /** A rule failed, or the guest failed. */
    FAILED,
    /** The command line or a file that it names is wrong. */
    USAGE,
    /** A backend could not be loaded. */
    UNAVAILABLE,
    /** The machine stopped on its budget. */
    BUDGET;

    /** Returns the number that the process ends with. */
    int code() {
        return ordinal();
    }

    /** Says whose fault an error is. */
    static ExitStatus of(ErrorId id) {
        return switch (id) {
            case UNKNOWN_BACKEND,
                    UNKNOWN_SETTING,
                    INVALID_SETTING,
                    PLAN_REFUSED,
                    RESOURCE_CONFLICT,
                    INVALID_ARGUMENT,
                    NOT_GUEST_MEMORY,
                    INVALID_IMAGE,
                    INVALID_STATE,
                    INCOMPATIBLE_STATE -> USAGE;
            case DUPLICATE_BACKEND, BROKEN_PROVIDER, BACKEND_UNAVAILABLE -> UNAVAILABLE;
            case PAGE_ABSENT, ILLEGAL_STATE, CLOSED, PROTOCOL_VIOLATION, MIGRATION_FAILED, INTERNAL -> FAILED;
        };
    }
}
