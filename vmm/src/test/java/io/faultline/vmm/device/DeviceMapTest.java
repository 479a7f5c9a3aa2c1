/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class DeviceMapTest {
    private final Pl011Uart first =
            new Pl011Uart(OutputStream.nullOutputStream(), InputStream.nullInputStream(), InterruptLine.NONE);
    private final Pl011Uart second =
            new Pl011Uart(OutputStream.nullOutputStream(), InputStream.nullInputStream(), InterruptLine.NONE);
    private final DeviceMap map =
            new DeviceMap().add(MemoryRegion.ram(0x1000, 0x1000), first).add(MemoryRegion.ram(0x3000, 0x1000), second);

    @Test
    void findsTheDeviceThatHasTheWholeAccess() {
        assertSame(first, map.find(0x1000, 4).orElseThrow().device());
        assertSame(first, map.find(0x1FFC, 4).orElseThrow().device());
        assertSame(second, map.find(0x3000, 1).orElseThrow().device());
    }

    @Test
    void findsNothingBetweenDevices() {
        assertFalse(map.find(0xFFF, 1).isPresent());
        assertFalse(map.find(0x1FFD, 4).isPresent());
        assertFalse(map.find(0x2000, 1).isPresent());
        assertFalse(map.find(-1, 1).isPresent());
    }

    @Test
    void refusesOverlaps() {
        assertEquals(
                "PL011 at [0x0, 0x2000) overlaps PL011 at [0x1000, 0x2000)",
                assertThrows(IllegalArgumentException.class, () -> map.add(MemoryRegion.ram(0, 0x2000), first))
                        .getMessage());
    }

    @Test
    void everyDeviceIsSavedOrTheMachineIsNot() {
        DeviceMap one = new DeviceMap().add(MemoryRegion.ram(0x1000, 0x1000), first);
        StateWriter writer = new StateWriter();
        one.save(writer);
        StateReader reader = new StateReader(writer.values());
        one.restore(reader);
        reader.finish();
        MmioDevice forgetful = new MmioDevice() {
            @Override
            public String name() {
                return "forgetful";
            }

            @Override
            public OptionalLong read(long offset, AccessWidth width) {
                return OptionalLong.empty();
            }

            @Override
            public boolean write(long offset, AccessWidth width, long value) {
                return false;
            }
        };
        one.add(MemoryRegion.ram(0x5000, 0x1000), forgetful);
        HypervisorException refused = assertThrows(HypervisorException.class, () -> one.save(new StateWriter()));
        assertEquals(ErrorId.ILLEGAL_STATE, refused.id());
        assertEquals("saving or restoring the device forgetful, which has no saved form", refused.attempted());
    }
}
