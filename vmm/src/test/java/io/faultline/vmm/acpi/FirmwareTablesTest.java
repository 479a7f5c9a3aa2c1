/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.acpi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.Affinity;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.vmm.acpi.FirmwareReader.Range;
import io.faultline.vmm.tree.Node;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FirmwareTablesTest {
    private static final MemoryRegion RAM = MemoryRegion.ram(0x4000_0000L, 0x800_0000);
    private static final GenericErrorSource SOURCE = new GenericErrorSource(804, 0x47FE_0000L);
    private static final long BASE = 0x47F0_0000L;

    private static AcpiMachine machine(int processors, ExceptionLevel level, boolean interrupts) {
        return new AcpiMachine(affinities(processors), level, interrupts, true, Optional.of(SOURCE));
    }

    private static List<Affinity> affinities(int processors) {
        return IntStream.range(0, processors).mapToObj(Affinity::ofIndex).toList();
    }

    private static FirmwareReader read(AcpiMachine machine) {
        FirmwareTables tables = FirmwareTables.at(machine, RAM, BASE);
        assertTrue(tables.content().length <= FirmwareTables.bytes(machine, RAM));
        Node root = tables.tree();
        assertEquals(List.of("chosen"), root.children().stream().map(Node::name).toList());
        Node chosen = root.children().get(0);
        assertEquals(
                2,
                ByteBuffer.wrap(chosen.properties().get("linux,uefi-secure-boot"))
                        .getInt());
        return new FirmwareReader(BASE, tables.content(), chosen);
    }

    private static FirmwareReader read(int processors) {
        return read(machine(processors, ExceptionLevel.EL1, true));
    }

    private static long count(String text, String part) {
        return text.split(part, -1).length - 1;
    }

    private static String code(ByteBuffer table) {
        return new String(table.array(), StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 123, 124, 512})
    void everyTableIsFoundAndAddsUp(int processors) {
        FirmwareReader reader = read(processors);
        assertEquals(List.of("APIC", "DSDT", "FACP", "GTDT", "HEST", "SDEI", "SPCR", "XSDT"), reader.signatures());
        assertEquals("Faultline", reader.vendor());
        long properties = reader.configuration("eb66918a7eef402a842e931d21c38ae9");
        assertEquals(0x8_0001L, reader.number(properties), "version 1, 8 bytes, no runtime service");
    }

    @Test
    void theMemoryMapCoversAllOfMemoryOnceAndKeepsTheTablesAndTheErrorSourceApart() {
        List<Range> map = read(1).memoryMap();
        assertEquals(
                List.of(
                        new Range(7, RAM.base(), BASE, 8),
                        new Range(9, BASE, BASE + 0x1_0000, 8),
                        new Range(7, BASE + 0x1_0000, SOURCE.base(), 8),
                        new Range(10, SOURCE.base(), SOURCE.base() + 0x1_0000, 8),
                        new Range(7, SOURCE.base() + 0x1_0000, RAM.end(), 8)),
                map);
        List<Range> large = read(700).memoryMap();
        assertEquals(BASE + 0x2_0000, large.get(1).end(), "more tables take more memory");
    }

    @Test
    void memoryWithoutAnErrorSourceIsConventionalUpToItsEnd() {
        AcpiMachine machine = new AcpiMachine(affinities(1), ExceptionLevel.EL1, true, false, Optional.empty());
        FirmwareReader reader = read(machine);
        assertEquals(List.of("APIC", "DSDT", "FACP", "GTDT", "SPCR", "XSDT"), reader.signatures());
        assertEquals(3, reader.memoryMap().size());
        assertEquals(0, count(code(reader.table("DSDT")), "_OSC"));
    }

    @Test
    void theFixedTableSaysThatThereIsNoLegacyHardwareAndWhichConduitPsciHas() {
        ByteBuffer atEl1 = read(1).table("FACP");
        assertEquals(276, atEl1.capacity());
        assertEquals(6, atEl1.get(8));
        assertEquals(3, atEl1.get(131));
        assertEquals(1 << 20, atEl1.getInt(112));
        assertEquals(3, atEl1.getShort(129), "PSCI by HVC");
        assertEquals(0, atEl1.getLong(268));
        assertEquals(1, read(machine(1, ExceptionLevel.EL2, true)).table("FACP").getShort(129), "PSCI by SMC");
    }

    @Test
    void aHypervisorCanBeNamedAndDevicesAdded() {
        byte[] device = Aml.device("VMBS", Aml.name("_HID", Aml.string("VMBUS")));
        FirmwareReader reader = read(new AcpiMachine(
                affinities(1), ExceptionLevel.EL1, true, true, Optional.empty(), 0x1234_5678L, List.of(device)));
        assertEquals(0x1234_5678L, reader.table("FACP").getLong(268));
        assertEquals(1, count(code(reader.table("DSDT")), "VMBS"));
    }

    @Test
    void everyProcessorHasAnInterfaceWithItsAffinity() {
        List<ByteBuffer> processors = read(18).interruptControllers(11);
        assertEquals(18, processors.size());
        for (int i = 0; i < 18; i++) {
            ByteBuffer processor = processors.get(i);
            assertEquals(80, processor.capacity());
            assertEquals(i, processor.getInt(4));
            assertEquals(i, processor.getInt(8));
            assertEquals(1, processor.getInt(12));
            assertEquals(0, processor.getInt(56));
            assertEquals(Affinity.ofIndex(i).mpidr(), processor.getLong(68));
        }
        FirmwareReader host = read(machine(1, ExceptionLevel.EL2, true));
        assertEquals(25, host.interruptControllers(11).get(0).getInt(56), "maintenance interrupt");
    }

    @Test
    void theInterruptControllerIsThatOfTheBoard() {
        FirmwareReader few = read(123);
        ByteBuffer distributor = few.interruptControllers(12).get(0);
        assertEquals(0x0800_0000L, distributor.getLong(8));
        assertEquals(3, distributor.get(20));
        List<ByteBuffer> redistributors = few.interruptControllers(14);
        assertEquals(1, redistributors.size());
        assertEquals(0x080A_0000L, redistributors.get(0).getLong(4));
        assertEquals(0xF6_0000, redistributors.get(0).getInt(12));
        List<ByteBuffer> more = read(125).interruptControllers(14);
        assertEquals(2, more.size());
        assertEquals(0x40_0000_0000L, more.get(1).getLong(4));
        assertEquals(0x4_0000, more.get(1).getInt(12));
    }

    @Test
    void theTimersHaveTheirUsualInterrupts() {
        ByteBuffer timers = read(1).table("GTDT");
        assertEquals(-1, timers.getLong(36));
        assertEquals(-1, timers.getLong(80));
        int[] interrupts = {29, 30, 27, 26};
        for (int i = 0; i < 4; i++) {
            assertEquals(interrupts[i], timers.getInt(48 + 8 * i));
            assertEquals(4, timers.getInt(52 + 8 * i), "level, high, always on");
        }
    }

    @Test
    void theConsoleIsThePl011() {
        ByteBuffer console = read(1).table("SPCR");
        assertEquals(3, console.get(36));
        assertEquals(0, console.get(40), "system memory");
        assertEquals(32, console.get(41));
        assertEquals(3, console.get(43), "double words");
        assertEquals(0x0900_0000L, console.getLong(44));
        assertEquals(33, console.getInt(54));
        assertEquals(8, console.get(52));
        ByteBuffer silent = read(machine(1, ExceptionLevel.EL1, false)).table("SPCR");
        assertEquals(0, silent.getInt(54));
        assertEquals(0, silent.get(52));
    }

    @Test
    void theErrorSourceIsNotifiedByItsSdeiEvent() {
        ByteBuffer errors = read(1).table("HEST");
        assertEquals(1, errors.getInt(36));
        assertEquals(10, errors.getShort(40), "generic, version 2");
        assertEquals(0, errors.getShort(42));
        assertEquals(-1, errors.getShort(44));
        assertEquals(1, errors.get(47));
        assertEquals(64, errors.get(61));
        assertEquals(SOURCE.statusAddress(), errors.getLong(64));
        assertEquals(11, errors.get(72));
        assertEquals(28, errors.get(73));
        assertEquals(804, errors.getInt(80));
        assertEquals(0x1000, errors.getInt(100));
        assertEquals(SOURCE.readAck(), errors.getLong(108));
        assertEquals(0, errors.getLong(116), "no bit is preserved");
        assertEquals(1, errors.getLong(124));
        assertEquals(36, read(1).table("SDEI").capacity());
    }

    @Test
    void theDevicesAreTheProcessorsAndTheSerialPort() {
        String code = code(read(18).table("DSDT"));
        assertEquals(18, count(code, "ACPI0007"));
        assertTrue(code.contains("C011"));
        assertEquals(1, count(code, "ARMH0011"));
        assertEquals(1, count(code, "_OSC"));
        ByteBuffer silent = read(machine(18, ExceptionLevel.EL1, false)).table("DSDT");
        assertEquals(9, code.length() - silent.capacity(), "one resource descriptor less");
    }

    @Test
    void theTablesCanBeHadOneByOne() {
        FirmwareTables tables = FirmwareTables.at(machine(1, ExceptionLevel.EL1, true), RAM, BASE);
        FirmwareTables same = FirmwareTables.at(machine(1, ExceptionLevel.EL1, true), RAM, BASE);
        FirmwareTables elsewhere = FirmwareTables.at(machine(1, ExceptionLevel.EL1, true), RAM, BASE - 0x1_0000);
        assertEquals(tables.tables(), same.tables());
        assertEquals(tables.tables().hashCode(), same.tables().hashCode());
        assertNotEquals(tables.tables(), elsewhere.tables(), "addresses are in the XSDT");
        assertNotEquals(tables.tables().get(0), "XSDT");
        assertNotEquals(tables.tables().get(0), tables.tables().get(1));
        assertEquals("XSDT of 84 bytes", tables.tables().get(0).toString());
        assertEquals("DSDT", tables.tables().get(tables.tables().size() - 1).signature());
    }
}
