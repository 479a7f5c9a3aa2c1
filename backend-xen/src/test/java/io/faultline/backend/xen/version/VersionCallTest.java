/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.version;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.HypervisorException;
import io.faultline.backend.xen.domain.DomainUuid;
import io.faultline.backend.xen.ring.FakeCaller;
import io.faultline.backend.xen.ring.Pages;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the hypervisor says of itself. */
class VersionCallTest {
    private static final long AT = FakeCaller.BASE;

    private final HypervisorVersion version = new HypervisorVersion(4, 19, ".1");
    private final VersionCall call = new VersionCall(version, DomainUuid.bytes(5));
    private final FakeCaller caller = new FakeCaller().dirty();

    @ParameterizedTest
    @ValueSource(longs = {0, 1, AT, -1, 0xFFFF_0000_0000_0000L})
    void theVersionNeedsNoPointer(long pointer) {
        assertEquals(0x4_0013, caller.call(call, 0, pointer));
        assertEquals(0x4_0013, caller.call(call, 0xABCD_0000_0000L, pointer), "the command has 32 bits");
    }

    @ParameterizedTest(name = "command {0}: {1} bytes that begin with {2}")
    @CsvSource(
            delimiter = ';',
            value = {
                "1;16;.1|",
                "2;144;javac|",
                "3;1024;xen-3.0-aarch64 xen-3.0-armv7l |",
                "4;64;unavailable|",
                "5;8;||||||||",
                "8;16;faultl@",
                "9;1024;<denied>|",
            })
    void aStructureIsFilled(int command, int bytes, String begin) {
        assertEquals(0, caller.call(call, command, AT));
        assertTrue(caller.text(AT, bytes).replace('\0', '|').startsWith(begin), caller.text(AT, bytes));
        assertEquals(0xA5, caller.text(AT + bytes, 1).charAt(0), "nothing behind it");
        assertTrue(command == 8 || caller.text(AT + bytes - 1, 1).charAt(0) == 0, "filled to its end");
        assertEquals(-14, caller.call(call, command, 0));
        assertEquals(-14, caller.call(call, command, FakeCaller.READ_ONLY));
    }

    @Test
    void featuresAreThoseOfAnUnprivilegedDomain() {
        caller.put32(AT, 0);
        assertEquals(0, caller.call(call, 6, AT));
        assertEquals(0x0005_6005, caller.get32(AT + 4));
        caller.put32(AT, 1);
        assertEquals(-22, caller.call(call, 6, AT));
        assertEquals(-14, caller.call(call, 6, 0));
        caller.put32(FakeCaller.READ_ONLY, 0);
        assertEquals(-14, caller.call(call, 6, FakeCaller.READ_ONLY));
    }

    @ParameterizedTest
    @CsvSource({
        "7, 0, 4096",
        "7, 1, -22",
        "7, 65536, -22",
        "10, 0, -1",
        "10, 65536, -1",
        "14, 0, -1",
        "15, 0, -38",
        "-1, 0, -38",
        "0x7FFFFFFF, 0, -38"
    })
    void aCommandHasThisResult(String command, long pointer, long result) {
        assertEquals(result, caller.call(call, Integer.decode(command), pointer));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"11;.1", "12;xen-3.0-aarch64 xen-3.0-armv7l", "13;unavailable"})
    void aTextOfAnyLengthIsCopiedWithoutAnEnd(int command, String begin) {
        int length = (int) caller.call(call, command, 0);
        assertTrue(length >= begin.length());
        caller.put32(AT, length - 1);
        assertEquals(-105, caller.call(call, command, AT));
        assertEquals(0xA5, caller.text(AT + 4, 1).charAt(0));
        caller.put32(AT, length);
        assertEquals(length, caller.call(call, command, AT));
        assertTrue(caller.text(AT + 4, length).startsWith(begin));
        assertEquals(0xA5, caller.text(AT + 4 + length, 1).charAt(0));
        caller.put32(AT, -1);
        assertEquals(length, caller.call(call, command, AT), "lengths are unsigned");
        assertEquals(-14, caller.call(call, command, 8));
        caller.put32(FakeCaller.READ_ONLY - 4, 2000);
        assertEquals(-14, caller.call(call, command, FakeCaller.READ_ONLY - 4));
    }

    @Test
    void theServiceAnswersThreeQueries() {
        int[] uid = {0xDC12_18A7, 0x6943_98C6, 0xD179_CF9A, 0x67E6_DE8D};
        for (int i = 0; i < 4; i++) {
            assertEquals(OptionalInt.of(uid[i]), HypervisorService.answer(HypervisorService.UID, i));
            assertEquals(OptionalInt.empty(), HypervisorService.answer(0x8600_FF02, i));
        }
        assertEquals(OptionalInt.of(3), HypervisorService.answer(HypervisorService.CALL_COUNT, 0));
        assertEquals(OptionalInt.empty(), HypervisorService.answer(HypervisorService.CALL_COUNT, 1));
        assertEquals(OptionalInt.of(0), HypervisorService.answer(HypervisorService.REVISION, 0));
        assertEquals(OptionalInt.of(1), HypervisorService.answer(HypervisorService.REVISION, 1));
        assertEquals(OptionalInt.empty(), HypervisorService.answer(HypervisorService.REVISION, 2));
    }

    private static HypervisorVersion setting(String text) {
        return HypervisorVersion.of(Pages.configuration(HypervisorVersion.settings(), text));
    }

    @Test
    void theVersionIsASetting() {
        assertEquals(new HypervisorVersion(4, 23, "-unstable"), setting(""));
        assertEquals(version, setting("xen.version=4.19.1"));
        assertEquals(new HypervisorVersion(4, 20, ""), setting("xen.version=4.20"));
        assertEquals("xen,xen-4.19", version.compatible());
        assertEquals(0x4_0013, version.number());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "4", "4.", "a.b", "4.19x", "4.70000", "4.19.12345678901234567", "-4.19"})
    void whatIsNoVersionIsRefused(String text) {
        assertThrows(HypervisorException.class, () -> setting("xen.version=" + text));
    }

    @Test
    void partsOfAVersionHaveRanges() {
        assertThrows(IllegalArgumentException.class, () -> new HypervisorVersion(-1, 0, ""));
        assertThrows(IllegalArgumentException.class, () -> new HypervisorVersion(4, 65536, ""));
        assertThrows(IllegalArgumentException.class, () -> new HypervisorVersion(4, 19, "x".repeat(16)));
        assertThrows(IllegalArgumentException.class, () -> new HypervisorVersion(4, 19, "\u00FC"));
    }

    @Test
    void eachDomainHasItsOwnUuid() {
        assertEquals("6661756c-746c-4000-8000-000000000005", DomainUuid.of(5).toString());
        assertEquals(5, DomainUuid.bytes(5)[15]);
    }
}
