/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.rule;

/**
 * How much a rule demands.
 *
 * @since 0.1
 */
public enum Level {
    /** A backend that does otherwise is wrong. */
    MUST,
    /** A backend needs a reason to do otherwise. */
    SHOULD,
    /** A backend may do so or not, and not in between. */
    MAY,
    /** A backend chooses among the behaviours that the rule lists, and keeps to its choice. */
    IMPL_DEFINED
}
