/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.memory;

/**
 * Told when translations or permissions that a cache may hold are no longer good.
 *
 * <p>Called by the thread that runs the machine, while no instruction is half done.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface PageObserver {
    /** Some page became absent, lost permissions, or is watched now: drop every cached translation. */
    void pagesChanged();
}
