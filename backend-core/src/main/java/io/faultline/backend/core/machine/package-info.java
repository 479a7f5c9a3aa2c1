/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The machine that all backends share: its run loop, its memory, its firmware calls and its saved state, and what one kind
 * of hypervisor adds to it.
 *
 * <p>Nothing here knows a kind of hypervisor. A backend implements
 * {@link io.faultline.backend.core.machine.Personality}; it sees the machine as a
 * {@link io.faultline.backend.core.machine.Host}.
 *
 * @since 0.1
 */
package io.faultline.backend.core.machine;
