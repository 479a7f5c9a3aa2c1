/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.hyperv.overlay.OverlayMap;

/** An overlay map that is right but for what a subclass changes. */
abstract class OverlayBug implements OverlayMap {
    private final OverlayMap standard;

    OverlayBug(OverlayMap standard) {
        this.standard = standard;
    }

    @Override
    public boolean show(long page, Frame frame) {
        return standard.show(page, frame);
    }

    @Override
    public void hide(long page, Frame frame) {
        standard.hide(page, frame);
    }

    @Override
    public boolean isShown(long page, Frame frame) {
        return standard.isShown(page, frame);
    }
}
