/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

/**
 * Which number a new port gets.
 *
 * @since 0.1
 */
public interface PortChoice {
    /**
     * Chooses a number.
     *
     * @return at least 1; -ENOSPC if there is none, -EINVAL if the machine is being closed
     */
    int choose();
}
