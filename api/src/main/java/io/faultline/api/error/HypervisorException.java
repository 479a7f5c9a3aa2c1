/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.error;

import java.io.Serial;
import java.util.Objects;

/**
 * An error with four answers: which one ({@link #id()}), what was attempted, where, and what to do about it.
 *
 * <p>Guest behaviour never causes this exception; only callers of the API and their input do.
 *
 * @since 0.1
 */
public final class HypervisorException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Which error. */
    private final ErrorId id;
    /** What was attempted. */
    private final String attempted;
    /** Where. */
    private final String where;
    /** What to do. */
    private final String remedy;

    /**
     * Makes an error.
     *
     * @param id the stable id
     * @param attempted what was attempted and why it failed, a clause without a full stop
     * @param where backend, vCPU, address or file, whatever locates the problem; may be empty
     * @param remedy what the caller can do; may be empty
     */
    public HypervisorException(ErrorId id, String attempted, String where, String remedy) {
        super(message(id, attempted, where, remedy));
        this.id = id;
        this.attempted = attempted;
        this.where = where;
        this.remedy = remedy;
    }

    /**
     * Makes an error with a cause.
     *
     * @param id the stable id
     * @param attempted what was attempted and why it failed, a clause without a full stop
     * @param where whatever locates the problem; may be empty
     * @param remedy what the caller can do; may be empty
     * @param cause the exception underneath
     */
    public HypervisorException(ErrorId id, String attempted, String where, String remedy, Throwable cause) {
        this(id, attempted, where, remedy);
        initCause(cause);
    }

    /**
     * Returns the stable id.
     *
     * @return the id
     */
    public ErrorId id() {
        return id;
    }

    /**
     * Returns what was attempted and why it failed.
     *
     * @return a clause
     */
    public String attempted() {
        return attempted;
    }

    /**
     * Returns what locates the problem.
     *
     * @return backend, vCPU, address or file; empty if there is nothing to say
     */
    public String where() {
        return where;
    }

    /**
     * Returns what the caller can do.
     *
     * @return a clause; empty if there is nothing to say
     */
    public String remedy() {
        return remedy;
    }

    private static String message(ErrorId id, String attempted, String where, String remedy) {
        Objects.requireNonNull(id, "id");
        StringBuilder text = new StringBuilder(Objects.requireNonNull(attempted, "attempted"));
        if (!Objects.requireNonNull(where, "where").isEmpty()) {
            text.append(" (").append(where).append(')');
        }
        if (!Objects.requireNonNull(remedy, "remedy").isEmpty()) {
            text.append("; ").append(remedy);
        }
        return text.append(" [").append(id).append(']').toString();
    }
}
