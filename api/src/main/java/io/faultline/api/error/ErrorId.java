/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.error;

/**
 * The stable names of Faultline's errors. Programs may rely on them; an id is never given a second meaning.
 *
 * @since 0.1
 */
public enum ErrorId {
    /** No backend has the requested id. */
    UNKNOWN_BACKEND,
    /** Two providers have the same id. */
    DUPLICATE_BACKEND,
    /** A provider could not be loaded or threw. */
    BROKEN_PROVIDER,
    /** The backend cannot work here. */
    BACKEND_UNAVAILABLE,
    /** A configuration key is unknown. */
    UNKNOWN_SETTING,
    /** A configuration value is out of range or malformed. */
    INVALID_SETTING,
    /** A machine plan asks for something the backend refuses. */
    PLAN_REFUSED,
    /** Two owners want the same scarce thing, for example a PPI number. */
    RESOURCE_CONFLICT,
    /** An argument is outside its range. */
    INVALID_ARGUMENT,
    /** An address is not in guest memory, or a range leaves it. */
    NOT_GUEST_MEMORY,
    /** The page holds no data yet. */
    PAGE_ABSENT,
    /** The object is in a state in which the operation is not allowed. */
    ILLEGAL_STATE,
    /** The machine or handle was closed. */
    CLOSED,
    /** Saved state is damaged, of another version, or has content nobody knows. */
    INVALID_STATE,
    /** Saved state belongs to a machine of another shape or backend. */
    INCOMPATIBLE_STATE,
    /** An image cannot be loaded. */
    INVALID_IMAGE,
    /** A guest driver met an answer that the mechanism does not allow. */
    PROTOCOL_VIOLATION,
    /** The move of a guest to another process failed: its stream is damaged, or its other end refused or went away. */
    MIGRATION_FAILED,
    /** A defect of the backend itself. */
    INTERNAL
}
