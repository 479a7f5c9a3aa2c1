/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.overlay;

import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import io.faultline.hwmodel.mmu.Stage2;
import jakarta.inject.Inject;

/**
 * Overlays by stage 2.
 *
 * @since 0.1
 */
public final class StandardOverlayMap implements OverlayMap {
    private static final int GUEST_ADDRESS_BITS = 48;

    private final Host host;

    /**
     * Makes the map of a machine.
     *
     * @param host the machine
     */
    @Inject
    public StandardOverlayMap(Host host) {
        this.host = host;
    }

    @Override
    public boolean show(long page, Frame frame) {
        boolean isPlain = page >>> GUEST_ADDRESS_BITS == 0
                && host.ram().contains(page)
                && host.stage2().physical(page) == page
                && host.stage2().permissions(page) == Stage2.ALL;
        if (isPlain) {
            host.stage2().map(page, frame.physical());
        }
        return isPlain;
    }

    @Override
    public void hide(long page, Frame frame) {
        host.stage2().mapToItself(page);
    }

    @Override
    public boolean isShown(long page, Frame frame) {
        return page >>> GUEST_ADDRESS_BITS == 0 && host.stage2().physical(page) == frame.physical();
    }
}
