/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.overlay;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.hyperv.hypercall.Status;
import java.util.Objects;

/**
 * A page of the hypervisor, and the register that says where the guest finds it: bit 0 enables, bits 63:12 are the number of
 * the page, bits 11:1 are kept (hyperv.md 3.1, 3.4). The content follows the register, and is zero at reset only.
 *
 * @since 0.1
 */
public final class OverlayPage implements StateElement {
    private static final long ENABLE = 1;

    private final String name;
    private final Frame frame;
    private final OverlayMap map;
    private long register;

    /**
     * Makes a page that the guest does not see.
     *
     * @param name name in saved states
     * @param frame the hypervisor's page
     * @param map shows it
     */
    public OverlayPage(String name, Frame frame, OverlayMap map) {
        this.name = Objects.requireNonNull(name, "name");
        this.frame = Objects.requireNonNull(frame, "frame");
        this.map = Objects.requireNonNull(map, "map");
    }

    /**
     * Returns the register.
     *
     * @return what was written last, 0 after reset
     */
    public long register() {
        return register;
    }

    /**
     * Writes the register.
     *
     * @param value any value
     * @return SUCCESS; INVALID_PARAMETER if it enables the page where there is no RAM, or where another page of the hypervisor
     *     is (HV-151, HV-152): the page is where it was then
     */
    public int write(long value) {
        boolean isMoved = isEnabled(value) && (!isEnabled() || page(value) != page(register));
        if (isMoved && !map.show(page(value), frame)) {
            return Status.INVALID_PARAMETER;
        }
        if (isEnabled() && (isMoved || !isEnabled(value))) {
            map.hide(page(register), frame);
        }
        register = value;
        return Status.SUCCESS;
    }

    /**
     * Tells whether the guest sees the page.
     *
     * @return bit 0 of the register
     */
    public boolean isEnabled() {
        return isEnabled(register);
    }

    /**
     * Returns the content. It is there whether the guest sees it or not.
     *
     * @return the hypervisor's page
     */
    public Frame frame() {
        return frame;
    }

    private static boolean isEnabled(long register) {
        return (register & ENABLE) != 0;
    }

    private static long page(long register) {
        return PageSize.pageOf(register);
    }

    @Override
    public String stateName() {
        return name;
    }

    @Override
    public void reset() {
        if (isEnabled()) {
            map.hide(page(register), frame);
        }
        register = 0;
        frame.clear();
    }

    /** The content is saved with memory, where it is with stage 2. */
    @Override
    public void save(StateWriter writer) {
        writer.word("register", register);
    }

    @Override
    public void restore(StateReader reader) {
        long value = reader.word("register");
        if (isEnabled(value) && !map.isShown(page(value), frame)) {
            throw reader.invalid("register", "enables a page that is not in its place");
        }
        register = value;
    }
}
