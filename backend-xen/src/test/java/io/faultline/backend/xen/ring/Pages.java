/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.ring;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.BackendDescriptor;
import io.faultline.api.spi.Setting;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateValue;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.frame.Frame;
import io.faultline.hwmodel.memory.GuestRam;
import io.faultline.hwmodel.memory.RamRegion;
import java.util.List;
import java.util.Map;

/** Pages for tests, and a way to save and restore one element. */
public final class Pages {
    private static final long BASE = 0x4000_0000L;

    private final GuestRam ram = new GuestRam(List.of(new RamRegion(BASE, 256 * PageSize.BYTES)));

    public Frame page(int number) {
        return new Frame(ram, BASE + (long) number * PageSize.BYTES);
    }

    /** The configuration of a backend with some settings, from a text as on the command line. */
    public static BackendConfiguration configuration(List<Setting> settings, String text) {
        return BackendConfiguration.parse(new BackendDescriptor("xen", "Xen", "test", "1", settings), text);
    }

    public static Map<String, StateValue> save(StateElement element) {
        StateWriter writer = new StateWriter();
        writer.element(element);
        return writer.values();
    }

    public static void restore(StateElement element, Map<String, StateValue> values) {
        StateReader reader = new StateReader(values);
        reader.element(element);
        reader.finish();
    }
}
