/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.acpi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AmlTest {
    private static void assertCode(String expected, byte[] code) {
        assertEquals(expected.replace(" ", ""), HexFormat.of().formatHex(code));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 00",
        "1, 01",
        "2, 0a02",
        "255, 0aff",
        "256, 0b0001",
        "65535, 0bffff",
        "65536, 0c00000100",
        "4294967295, 0cffffffff",
        "4294967296, 0e0000000001000000",
        "-1, 0effffffffffffffff"
    })
    void integersTakeTheirShortestForm(long value, String expected) {
        assertCode(expected, Aml.integer(value));
    }

    @Test
    void aDeviceInAScope() {
        byte[] device = Aml.device("COM0", Aml.name("_HID", Aml.string("A")), Aml.name("_UID", Aml.integer(0)));
        assertCode("5b82 13 434f4d30 08 5f484944 0d4100 08 5f554944 00", device);
        assertCode("10 1b 5c5f53425f", Arrays.copyOf(Aml.scope("\\_SB_", device), 7));
    }

    @Test
    void resourcesEndWithATagAndKnowTheirLength() {
        assertCode(
                "11 1a 0a17 86 0900 01 00000009 00100000 89 0600 01 01 21000000 79 00",
                Aml.resources(Aml.memory32(0x0900_0000L, 0x1000), Aml.interrupt(33)));
    }

    @Test
    void anInterruptByEdgeIsNotOneByLevel() {
        assertCode("11 0e 0a0b 89 0600 03 01 12000000 79 00", Aml.resources(Aml.edgeInterrupt(18)));
    }

    @Test
    void aMethodThatKeepsOneBitOfItsArgument() {
        assertCode(
                "14 1b 5f4f5343 0c 8a 6b 0a04 53555050 7b 53555050 0a10 53555050 a4 6b",
                Aml.method(
                        "_OSC",
                        4,
                        Aml.doubleWordField(Aml.argument(3), 4, "SUPP"),
                        Aml.keep("SUPP", 0x10),
                        Aml.result(Aml.argument(3))));
    }

    /** A package of so many bytes after its opcode: the length counts itself and lies in one to four bytes. */
    @ParameterizedTest
    @CsvSource({"58, 3f", "59, 4104", "4089, 4fff", "4090, 810001", "1048568, 8fffff", "1048569, c1000001"})
    void theLengthOfAPackageCountsItself(int text, String expected) {
        byte[] code = Aml.scope("ABCD", new byte[text]);
        assertCode(expected, Arrays.copyOfRange(code, 1, 1 + expected.length() / 2));
        assertEquals(1 + expected.length() / 2 + 4 + text, code.length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "COM", "COM00", "com0", "0COM", "\\\\COM", "CO-0"})
    void whatIsNoNameIsRefused(String name) {
        String message = assertThrows(IllegalArgumentException.class, () -> Aml.device(name))
                .getMessage();
        assertEquals("'" + name + "' is not a name of four characters in ACPI's language", message);
    }

    @Test
    void methodsHaveAtMostSevenArguments() {
        assertThrows(IllegalArgumentException.class, () -> Aml.method("ABCD", 8));
        assertThrows(IllegalArgumentException.class, () -> Aml.method("ABCD", -1));
        assertThrows(IllegalArgumentException.class, () -> Aml.argument(7));
        assertCode("6e", Aml.argument(6));
    }
}
