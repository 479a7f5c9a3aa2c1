/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Saved state: a versioned, self-describing tree of named values, and the contract of a thing that can be saved.
 *
 * <p>A component writes its state through {@link io.faultline.api.state.StateWriter} and reads it back through
 * {@link io.faultline.api.state.StateReader}. Whatever a reader leaves unread is an error, so content that nobody knows
 * is refused and never dropped.
 *
 * @since 0.1
 */
package io.faultline.api.state;
