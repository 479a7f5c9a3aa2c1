/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.faultline.api.memory.MemoryRegion;
import io.faultline.vmm.MemoryErrorInjection;
import io.faultline.vmm.MemoryErrorInjection.Notice;
import io.faultline.vmm.paging.AbsentRange;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.TypeConversionException;

class QuantityTest {
    @ParameterizedTest
    @CsvSource({"0,0", "4096,4096", "0x1000,4096", "0X10k,16384", "010,10", "00,0", "2M,2097152", "1g,1073741824"})
    void readsSizesAsPeopleWriteThem(String text, long bytes) {
        assertEquals(bytes, Quantity.size(text));
    }

    @ParameterizedTest
    @CsvSource({"''", "-1", "1T", "M", "0x", "1.5M", "1 M"})
    void refusesWhatIsNotASize(String text) {
        assertEquals(
                "'" + text + "' is not a size such as 4096, 0x1000, 512K, 128M or 2G",
                assertThrows(TypeConversionException.class, () -> Quantity.size(text))
                        .getMessage());
    }

    @ParameterizedTest
    @CsvSource({"99999999999999999999", "0xffffffffffffffffff", "9223372036854775807K"})
    void refusesSizesBeyondTheAddressSpace(String text) {
        assertEquals(
                "'" + text + "' is too large",
                assertThrows(TypeConversionException.class, () -> Quantity.size(text))
                        .getMessage());
    }

    @Test
    void readsAbsentPages() {
        Quantity.Absent absent = new Quantity.Absent();
        assertEquals(
                new AbsentRange(MemoryRegion.ram(0x4010_0000L, 0x10_0000), 20_000), absent.convert("0x40100000:1M"));
        assertEquals(new AbsentRange(MemoryRegion.ram(0x4010_0000L, 0x1000), 500), absent.convert("0x40100000:4K:500"));
        assertThrows(TypeConversionException.class, () -> absent.convert("1:2:3:4"));
        assertThrows(TypeConversionException.class, () -> absent.convert("0x40100000:5"));
    }

    @Test
    void readsMemoryAndAddresses() {
        assertEquals(128 << 20, new Quantity.Memory().convert("128M"));
        assertThrows(TypeConversionException.class, () -> new Quantity.Memory().convert("0"));
        assertThrows(TypeConversionException.class, () -> new Quantity.Memory().convert("0x1000000000000"));
        assertEquals(0x4008_0000L, new Quantity.Address().convert("0x40080000"));
    }

    @ParameterizedTest
    @CsvSource({"5000,5000", "0x10,16", "3K,3000", "40M,40000000", "1G,1000000000"})
    void readsNumbersOfInstructions(String text, long count) {
        assertEquals(count, Quantity.count(text));
    }

    @Test
    void readsMemoryErrors() {
        Quantity.MemoryError errors = new Quantity.MemoryError();
        assertEquals(
                new MemoryErrorInjection(OptionalLong.of(0x4e00_0000L), OptionalLong.empty(), Notice.SDEI),
                errors.convert("0x4e000000"));
        assertEquals(
                new MemoryErrorInjection(OptionalLong.empty(), OptionalLong.of(200_000_000), Notice.SDEI),
                errors.convert("any@200M:sdei"));
        assertEquals(
                new MemoryErrorInjection(OptionalLong.empty(), OptionalLong.empty(), Notice.ABORT),
                errors.convert("any:abort"));
        for (String wrong : new String[] {"", "@5", "any@", "any:smoke", "0x1@2@3", "any:abort:sdei"}) {
            assertEquals(
                    "'" + wrong + "' is not of the form ADDR|any[@INSTRUCTIONS][:sdei|abort]",
                    assertThrows(TypeConversionException.class, () -> errors.convert(wrong))
                            .getMessage());
        }
        assertEquals(
                "'soon' is not a number such as 5000, 200K, 40M or 1G",
                assertThrows(TypeConversionException.class, () -> errors.convert("any@soon"))
                        .getMessage());
        assertThrows(TypeConversionException.class, () -> errors.convert("somewhere"));
    }
}
