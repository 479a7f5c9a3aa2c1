/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.overlay;

import io.faultline.backend.core.frame.Frame;

/**
 * Shows pages of the hypervisor to the guest in the place of its own.
 *
 * @since 0.1
 */
public interface OverlayMap {
    /**
     * Puts a page of the hypervisor in the place of a page of RAM, unless another one is there (hyperv.md 3.4).
     *
     * @param page guest-physical address of a page, any multiple of 4096
     * @param frame the hypervisor's page
     * @return false if the page is not plain RAM, or has another overlay: nothing has changed then
     */
    boolean show(long page, Frame frame);

    /**
     * Takes it away again: what was in RAM before is there (HV-149).
     *
     * @param page guest-physical address for which {@link #show} was true
     * @param frame the hypervisor's page
     */
    void hide(long page, Frame frame);

    /**
     * Tells whether a page of the hypervisor is in a place.
     *
     * @param page guest-physical address, any multiple of 4096
     * @param frame the hypervisor's page
     * @return true if the guest finds it there
     */
    boolean isShown(long page, Frame frame);
}
