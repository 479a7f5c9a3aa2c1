/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen;

import io.faultline.api.machine.PlatformNode;
import io.faultline.backend.xen.host.DomainLayout;
import io.faultline.backend.xen.host.DomainSettings;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;

/** The node by which a guest finds the hypervisor (xen.md 2.1, XEN-019). */
final class XenNode {
    private static final int PRIVATE_INTERRUPT = 1;
    private static final int FIRST_PPI = 16;
    /** Level, active-low, for every CPU: as a toolstack writes it. */
    private static final int FLAGS = 0xF08;

    private XenNode() {}

    static PlatformNode of(DomainSettings settings) {
        SortedMap<String, byte[]> properties = new TreeMap<>();
        String compatible = settings.version().compatible() + '\0' + "xen,xen" + '\0';
        properties.put("compatible", compatible.getBytes(StandardCharsets.US_ASCII));
        properties.put(
                "reg",
                ByteBuffer.allocate(2 * Long.BYTES)
                        .putLong(DomainLayout.GRANT_WINDOW)
                        .putLong(DomainLayout.GRANT_WINDOW_BYTES)
                        .array());
        properties.put(
                "interrupts",
                ByteBuffer.allocate(3 * Integer.BYTES)
                        .putInt(PRIVATE_INTERRUPT)
                        .putInt(settings.vcpus().eventInterrupt() - FIRST_PPI)
                        .putInt(FLAGS)
                        .array());
        return new PlatformNode("hypervisor", properties);
    }
}
