/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageRequest;
import io.faultline.api.memory.PageSink;
import io.faultline.api.notification.NotificationChannel.SdeiEvent;
import io.faultline.api.sdei.SdeiEventType;
import io.faultline.api.sdei.SdeiPriority;
import io.faultline.vmm.MemoryErrorInjection.Notice;
import io.faultline.vmm.MemoryErrorReport.Stage;
import io.faultline.vmm.acpi.DescriptionTable;
import io.faultline.vmm.acpi.FirmwareReader;
import io.faultline.vmm.image.DeviceTree;
import io.faultline.vmm.image.GuestImage;
import io.faultline.vmm.image.ImageFile;
import io.faultline.vmm.image.Ramdisk;
import io.faultline.vmm.paging.AbsentRange;
import io.faultline.vmm.paging.LostPageSource;
import io.faultline.vmm.scripted.Move;
import io.faultline.vmm.scripted.ScriptedBackend;
import io.faultline.vmm.scripted.ScriptedMachine;
import io.faultline.vmm.tree.FlatTree;
import io.faultline.vmm.tree.Node;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Guests whose machine ACPI tables describe, and memory errors. */
class MemoryErrorsTest {
    private static final long BASE = GuestConfiguration.RAM_BASE;
    private static final long RAM = 0x80_0000;
    private static final long SOURCE = BASE + RAM - 0x1_0000;
    private static final long ACK = SOURCE + 8;
    private static final long BLOCK = SOURCE + 0x1000;
    private static final long PAGE = BASE + 0x70_0000;

    private final List<MemoryErrorReport> reports = new ArrayList<>();

    private static GuestImage kernel() {
        byte[] image = ByteBuffer.allocate(64)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(16, 0x1000)
                .putInt(56, 0x644D_5241)
                .array();
        return ImageFile.parse("Image", image, OptionalLong.empty());
    }

    private static GuestConfiguration.Builder linux() {
        return GuestConfiguration.of(kernel()).ramBytes(RAM).acpi();
    }

    private static MemoryErrorInjection told(long address) {
        return new MemoryErrorInjection(OptionalLong.of(address), OptionalLong.empty(), Notice.SDEI);
    }

    private static MemoryErrorInjection lost(long address) {
        return new MemoryErrorInjection(OptionalLong.of(address), OptionalLong.empty(), Notice.ABORT);
    }

    private static MemoryErrorInjection after(long instructions, MemoryErrorInjection error) {
        return new MemoryErrorInjection(error.address(), OptionalLong.of(instructions), error.notice());
    }

    private static MemoryErrorInjection anywhere(Notice notice) {
        return new MemoryErrorInjection(OptionalLong.empty(), OptionalLong.empty(), notice);
    }

    private static ScriptedBackend backend() {
        return ScriptedBackend.complete().withSdei();
    }

    private GuestOutcome run(ScriptedBackend backend, GuestConfiguration.Builder configuration) {
        try (VirtualMachine machine = VirtualMachine.create(backend, configuration.build())) {
            GuestOutcome outcome = machine.run();
            reports.addAll(machine.memoryErrors());
            assertEquals(
                    reports.stream()
                            .filter(report -> report.stage() == Stage.NOTICED)
                            .count(),
                    machine.statistics().get("vmm.memory-errors.noticed"));
            return outcome;
        }
    }

    private static void assertRefused(
            ErrorId id, String problem, ScriptedBackend backend, GuestConfiguration.Builder configuration) {
        HypervisorException refusal =
                assertThrows(HypervisorException.class, () -> VirtualMachine.create(backend, configuration.build()));
        assertEquals(id, refusal.id());
        assertTrue(refusal.getMessage().contains(problem), refusal.getMessage());
    }

    private static Move guest(java.util.function.Consumer<ScriptedMachine> action, ScriptedBackend backend) {
        return (vcpu, budget) -> {
            action.accept(backend.machine());
            return new VcpuExit.BudgetExhausted(1);
        };
    }

    private static Move enable(ScriptedBackend backend) {
        return guest(machine -> machine.events().enable(), backend);
    }

    private static Move acknowledge(ScriptedBackend backend) {
        return guest(machine -> machine.memory().store(ACK, AccessWidth.DOUBLEWORD, 1), backend);
    }

    private static long load(ScriptedBackend backend, long address) {
        return backend.machine().memory().load(address, AccessWidth.DOUBLEWORD);
    }

    private static Node treeOf(ScriptedBackend backend) {
        long address = backend.machine().scripted(0).read(CoreRegister.X0);
        byte[] header = new byte[8];
        backend.machine().memory().read(address, header);
        byte[] blob = new byte[ByteBuffer.wrap(header).getInt(4)];
        backend.machine().memory().read(address, blob);
        return FlatTree.read("guest", blob);
    }

    @Test
    void linuxFindsTablesInsteadOfATree() {
        ScriptedBackend backend = backend().vcpu(Move.powerOff());
        run(backend, linux().vcpus(2).commandLine("quiet").ramdisk(new Ramdisk("initrd", new byte[] {7})));
        assertEquals(
                List.of(new SdeiEvent(804, SdeiEventType.SHARED, SdeiPriority.NORMAL)),
                backend.request().channels());
        Node root = treeOf(backend);
        assertEquals(1, root.children().size());
        Node chosen = root.children().get(0);
        assertEquals(6, chosen.properties().get("bootargs").length);
        assertTrue(chosen.properties().containsKey("linux,initrd-start"));
        byte[] content = new byte[0x1_0000];
        backend.machine().memory().read(SOURCE - 0x1_0000, content);
        FirmwareReader reader = new FirmwareReader(SOURCE - 0x1_0000, content, chosen);
        assertEquals(2, reader.interruptControllers(11).size());
        assertEquals(804, reader.table("HEST").getInt(80));
        assertEquals(BLOCK, load(backend, SOURCE));
        assertEquals(1, load(backend, ACK));
    }

    @Test
    void theTablesCanBeReadFromTheMachine() {
        try (VirtualMachine machine = VirtualMachine.create(backend(), linux().build())) {
            assertEquals(
                    List.of("XSDT", "FACP", "APIC", "GTDT", "SPCR", "SDEI", "HEST", "DSDT"),
                    machine.acpiTables().stream()
                            .map(DescriptionTable::signature)
                            .toList());
        }
        try (VirtualMachine machine = VirtualMachine.create(
                backend(), GuestConfiguration.of(kernel()).ramBytes(RAM).build())) {
            assertEquals(List.of(), machine.acpiTables());
        }
    }

    @Test
    void withoutADispatcherTheTablesSayNothingOfErrors() {
        ScriptedBackend backend = ScriptedBackend.withoutPaging();
        try (VirtualMachine machine = VirtualMachine.create(backend, linux().build())) {
            assertEquals(
                    List.of("XSDT", "FACP", "APIC", "GTDT", "SPCR", "DSDT"),
                    machine.acpiTables().stream()
                            .map(DescriptionTable::signature)
                            .toList());
        }
        assertEquals(List.of(), backend.request().channels());
    }

    @Test
    void onlyLinuxCanBeGivenTables() {
        GuestImage raw = ImageFile.parse("guest.bin", new byte[4], OptionalLong.of(BASE));
        assertRefused(
                ErrorId.INVALID_ARGUMENT,
                "to an arm64 Linux Image only",
                backend(),
                GuestConfiguration.of(raw).acpi());
        DeviceTree tree = new DeviceTree("tree.dtb", FlatTree.write(new Node("")));
        assertRefused(
                ErrorId.INVALID_ARGUMENT,
                "ACPI tables and a device tree cannot both describe the machine (tree.dtb)",
                backend(),
                linux().deviceTree(tree));
    }

    @Test
    void theTablesNeedRoom() {
        assertRefused(
                ErrorId.RESOURCE_CONFLICT,
                "the memory of ACPI's error source does not fit",
                backend(),
                linux().ramBytes(0x20_2000));
        assertRefused(ErrorId.RESOURCE_CONFLICT, "ACPI tables of ", backend(), linux().ramBytes(0x22_0000));
    }

    @Test
    void anErrorIsReportedAsSoonAsTheGuestListens() {
        ScriptedBackend backend = backend();
        backend.vcpu(
                Move.after(20_000, new VcpuExit.BudgetExhausted(20_000)),
                enable(backend),
                Move.after(20_000, new VcpuExit.BudgetExhausted(20_000)),
                Move.after(20_000, new VcpuExit.BudgetExhausted(20_000)),
                acknowledge(backend),
                Move.powerOff());
        assertEquals(new GuestOutcome.PoweredOff(), run(backend, linux().memoryError(told(PAGE))));
        assertEquals(PAGE, load(backend, BLOCK + 108));
        assertEquals(List.of(0), backend.machine().events().injected());
        assertEquals(Stage.NOTICED, reports.get(0).stage());
        assertFalse(reports.get(0).isMissed());
        assertTrue(
                reports.get(0)
                        .message()
                        .matches("memory error at 0x40700000 was reported by SDEI event 804 after \\d+ instructions,"
                                + " and the guest acknowledged it"),
                reports.get(0).message());
    }

    @Test
    void theNextErrorWaitsForTheGuestToAcknowledgeTheOneBefore() {
        ScriptedBackend backend = backend();
        List<Integer> seen = new ArrayList<>();
        Move look = guest(machine -> seen.add(machine.events().injected().size()), backend);
        Move work = Move.after(20_000, new VcpuExit.BudgetExhausted(20_000));
        backend.vcpu(enable(backend), work, look, work, look, acknowledge(backend), work, look, Move.powerOff())
                .vcpu(Move.powerOff());
        run(backend, linux().vcpus(2).memoryError(told(PAGE)).memoryError(told(PAGE + 8)));
        assertEquals(List.of(1, 1, 2), seen);
        assertEquals(List.of(0, 1), backend.machine().events().injected(), "every vCPU is asked first in turn");
        assertEquals(PAGE + 8, load(backend, BLOCK + 108));
        assertEquals(
                List.of(Stage.NOTICED, Stage.RAISED),
                reports.stream().map(MemoryErrorReport::stage).toList());
        assertTrue(reports.get(1).isMissed());
        assertTrue(reports.get(1).message().endsWith("but the guest did not acknowledge it"));
    }

    @Test
    void anErrorComesAfterItsInstructionsToTheInstruction() {
        ScriptedBackend backend = backend();
        backend.vcpu(enable(backend), Move.spin());
        run(backend, linux().maxInstructions(100_000).memoryError(after(50_000, told(PAGE))));
        assertEquals(OptionalLong.of(50_000), reports.get(0).raisedAfter());
    }

    @Test
    void anErrorThatTheGuestNeverListensToIsMissed() {
        ScriptedBackend backend = backend().vcpu(Move.powerOff());
        run(backend, linux().memoryError(told(PAGE)).memoryError(after(1_000_000, lost(PAGE))));
        assertEquals(
                List.of(
                        "memory error at 0x40700000 was not reported: the guest did not get so far, or has not enabled"
                                + " SDEI event 804",
                        "memory error at 0x40700000 did not happen: the guest did not get so far"),
                reports.stream().map(MemoryErrorReport::message).toList());
        assertTrue(reports.stream().allMatch(MemoryErrorReport::isMissed));
    }

    @Test
    void anEventThatIsRefusedIsRaisedAgain() {
        ScriptedBackend backend = backend();
        backend.vcpu(
                guest(
                        machine -> {
                            machine.events().enable();
                            machine.events().rejectOnce();
                        },
                        backend),
                Move.after(20_000, new VcpuExit.BudgetExhausted(20_000)),
                Move.after(20_000, new VcpuExit.BudgetExhausted(20_000)),
                acknowledge(backend),
                Move.powerOff());
        run(backend, linux().memoryError(told(PAGE)));
        assertEquals(1, backend.machine().events().injected().size());
        assertEquals(Stage.NOTICED, reports.get(0).stage());
    }

    @Test
    void aLostPageIsMissingFromTheStartAndNeedsNoTables() {
        ScriptedBackend backend = ScriptedBackend.complete()
                .vcpu(Move.after(1, new VcpuExit.BudgetExhausted(1)), Move.touch(PAGE), Move.powerOff());
        GuestConfiguration.Builder configuration =
                GuestConfiguration.of(kernel()).ramBytes(RAM);
        run(backend, configuration.memoryError(lost(PAGE + 0x123)).memoryError(lost(PAGE + 0x1000)));
        assertEquals(
                List.of(
                        "memory error at 0x40700123 took its page away after 0 instructions, and the guest ran into it",
                        "memory error at 0x40701000 took its page away after 0 instructions, and the guest did not access"
                                + " it"),
                reports.stream().map(MemoryErrorReport::message).toList());
        assertFalse(reports.get(1).isMissed(), "nobody has to access a page");
    }

    @Test
    void anErrorAnywhereIsInAPageThatTheLoaderHasNotUsed() {
        List<Long> addresses = new ArrayList<>();
        for (long seed = 0; seed < 20; seed++) {
            reports.clear();
            run(
                    backend().vcpu(Move.powerOff()),
                    linux().seed(seed)
                            .ramdisk(new Ramdisk("initrd", new byte[] {7}))
                            .memoryError(anywhere(Notice.SDEI)));
            addresses.add(reports.get(0).address());
        }
        long first = BASE + RAM / 2 + 0x1000;
        long end = SOURCE - 0x1_0000 - 0x1000;
        assertTrue(
                addresses.stream().allMatch(address -> address >= first && address < end && address % 4096 == 0),
                addresses.toString());
        assertTrue(addresses.stream().distinct().count() > 10, "the seed chooses");
    }

    @Test
    void anErrorAnywhereAvoidsAbsentPages() {
        MemoryRegion absent = MemoryRegion.ram(BASE + 0x20_1000, RAM - 0x20_2000 - 0x1000);
        ScriptedBackend backend = backend().vcpu(Move.powerOff());
        GuestConfiguration.Builder configuration =
                GuestConfiguration.of(kernel()).ramBytes(RAM).absent(AbsentRange.of(absent));
        run(backend, configuration.memoryError(anywhere(Notice.ABORT)));
        assertEquals(BASE + RAM - 0x2000, reports.get(0).address());
        assertRefused(
                ErrorId.RESOURCE_CONFLICT,
                "memory error at a page of the VMM's choice finds no page that is not in use",
                backend(),
                GuestConfiguration.of(kernel()).ramBytes(0x20_2000).memoryError(anywhere(Notice.ABORT)));
        assertRefused(
                ErrorId.RESOURCE_CONFLICT,
                "finds no page that is not in use",
                backend(),
                GuestConfiguration.of(kernel())
                        .ramBytes(RAM)
                        .absent(AbsentRange.of(absent))
                        .absent(AbsentRange.of(MemoryRegion.ram(BASE + RAM - 0x2000, 0x1000)))
                        .memoryError(anywhere(Notice.ABORT)));
    }

    @Test
    void whatCannotHappenIsRefused() {
        GuestConfiguration.Builder plain = GuestConfiguration.of(kernel()).ramBytes(RAM);
        assertRefused(
                ErrorId.INVALID_ARGUMENT,
                "memory error at 0x40700000 can be reported only to a guest that ACPI tables describe the machine to",
                backend(),
                plain.memoryError(told(PAGE)));
        assertRefused(
                ErrorId.PLAN_REFUSED,
                "cannot be reported: this backend has no SDEI events for the VMM",
                ScriptedBackend.complete(),
                linux().memoryError(told(PAGE)));
        assertRefused(
                ErrorId.PLAN_REFUSED,
                "pages of this backend cannot be lost",
                ScriptedBackend.withoutPaging(),
                linux().memoryError(lost(PAGE)));
        assertRefused(
                ErrorId.INVALID_ARGUMENT,
                "memory error at 0x1000 is outside the memory [0x40000000, 0x40800000)",
                backend(),
                linux().memoryError(lost(0x1000)));
        String conflict = "takes a page away that is absent, lost already, or where errors are reported";
        assertRefused(
                ErrorId.RESOURCE_CONFLICT,
                conflict,
                backend(),
                linux().memoryError(lost(PAGE)).memoryError(lost(PAGE + 1)));
        assertRefused(ErrorId.RESOURCE_CONFLICT, conflict, backend(), linux().memoryError(lost(SOURCE)));
        AbsentRange absent = AbsentRange.of(MemoryRegion.ram(PAGE, 0x1000));
        assertRefused(
                ErrorId.RESOURCE_CONFLICT,
                conflict,
                backend(),
                linux().absent(absent).memoryError(lost(PAGE)));
        assertRefused(
                ErrorId.RESOURCE_CONFLICT,
                "through which hardware errors are reported",
                backend(),
                linux().absent(AbsentRange.of(MemoryRegion.ram(SOURCE, 0x1000))));
        assertThrows(IllegalArgumentException.class, () -> after(-1, told(PAGE)));
    }

    @Test
    void aLostPageIsLostForWhoeverAsks() {
        List<Long> poisoned = new ArrayList<>();
        PageSink sink = new PageSink() {
            @Override
            public void arrived(long page, byte[] content) {
                throw new AssertionError("arrived");
            }

            @Override
            public void failed(long page, String reason) {
                throw new AssertionError("failed");
            }

            @Override
            public void poisoned(long page) {
                poisoned.add(page);
            }
        };
        LostPageSource source = new LostPageSource();
        source.request(new PageRequest(PAGE, 0, io.faultline.api.arm64.AccessKind.READ, 0));
        assertEquals(OptionalLong.empty(), source.nextArrival());
        source.poll(0, sink);
        source.poll(0, sink);
        assertTrue(source.fetchNow(PAGE + 0x1000, sink));
        assertEquals(List.of(PAGE, PAGE + 0x1000), poisoned);
    }
}
