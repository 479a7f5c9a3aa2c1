/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm;

import static io.faultline.api.arm64.AccessWidth.BYTE;
import static io.faultline.api.arm64.AccessWidth.WORD;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.MachineRequest.AsyncPageFaultRequest;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageResidency;
import io.faultline.vmm.image.DeviceTree;
import io.faultline.vmm.image.ElfBuilder;
import io.faultline.vmm.image.GuestImage;
import io.faultline.vmm.image.ImageFile;
import io.faultline.vmm.image.Ramdisk;
import io.faultline.vmm.paging.AbsentRange;
import io.faultline.vmm.scripted.Move;
import io.faultline.vmm.scripted.ScriptedBackend;
import io.faultline.vmm.tree.FlatTree;
import io.faultline.vmm.tree.Node;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

class VirtualMachineTest {
    private static final long BASE = GuestConfiguration.RAM_BASE;
    private static final long UART = 0x0900_0000L;
    private static final long RTC = 0x0901_0000L;
    private static final byte[] CONTENT = {1, 2, 3, 4};

    private static GuestImage image() {
        return ImageFile.parse("guest.bin", CONTENT, OptionalLong.of(BASE + 0x1000));
    }

    private static GuestConfiguration.Builder guest() {
        return GuestConfiguration.of(image()).ramBytes(0x10_0000);
    }

    private static GuestOutcome run(ScriptedBackend backend, GuestConfiguration.Builder configuration) {
        try (VirtualMachine machine = VirtualMachine.create(backend, configuration.build())) {
            return machine.run();
        }
    }

    private static String failure(ScriptedBackend backend) {
        GuestOutcome outcome = run(backend, guest().vcpus(1));
        assertTrue(outcome instanceof GuestOutcome.Failed, outcome.toString());
        return outcome.message();
    }

    private static HypervisorException refusal(ScriptedBackend backend, GuestConfiguration.Builder configuration) {
        return assertThrows(HypervisorException.class, () -> VirtualMachine.create(backend, configuration.build()));
    }

    /** A tree with so many bytes of padding. */
    private static DeviceTree tree(int padding) {
        Node root = new Node("").bytes("padding", new byte[padding]);
        return new DeviceTree("tree.dtb", FlatTree.write(root));
    }

    /** The tree that the guest finds at an address. */
    private static Node treeAt(ScriptedBackend backend, long address) {
        byte[] header = new byte[8];
        backend.machine().memory().read(address, header);
        byte[] blob = new byte[ByteBuffer.wrap(header).getInt(4)];
        backend.machine().memory().read(address, blob);
        return FlatTree.read("guest", blob);
    }

    private static long number(Node node, String property, int index) {
        return ByteBuffer.wrap(node.properties().get(property)).getLong(8 * index);
    }

    private static String text(Node node, String property) {
        return new String(node.properties().get(property), StandardCharsets.UTF_8);
    }

    @Test
    void buildsTheMachineThatTheConfigurationSays() {
        ScriptedBackend backend = ScriptedBackend.complete().vcpu(Move.powerOff());
        assertEquals(
                new GuestOutcome.PoweredOff(), run(backend, guest().vcpus(3).seed(42)));
        assertEquals(3, backend.request().vcpus());
        assertEquals(
                List.of(MemoryRegion.ram(BASE, 0x10_0000)), backend.request().memory());
        assertEquals(42, backend.request().seed());
        assertEquals(
                Optional.of(new AsyncPageFaultRequest(0x4040_0001, 23)),
                backend.request().asyncPageFaults());
        assertTrue(backend.machine().isClosed());
    }

    @Test
    void loadsTheGuestAndStartsItWithTheTreeOfTheMachineBelowIt() {
        ScriptedBackend backend = ScriptedBackend.withoutPaging().vcpu(Move.powerOff());
        run(backend, guest());
        byte[] memory = new byte[4];
        backend.machine().memory().read(BASE + 0x1000, memory);
        assertArrayEquals(CONTENT, memory);
        assertEquals(BASE + 0x1000, backend.machine().scripted(0).read(CoreRegister.PC));
        assertEquals(BASE, backend.machine().scripted(0).read(CoreRegister.X0));
        Node root = treeAt(backend, BASE);
        assertEquals(BASE, number(root.child("memory@40000000").orElseThrow(), "reg", 0));
        assertFalse(root.child("pl011@9000000").orElseThrow().properties().containsKey("interrupts"));
        assertEquals(Optional.empty(), backend.request().asyncPageFaults());
    }

    @Test
    void aGuestAtTheStartOfMemoryGetsNoTree() {
        ScriptedBackend backend = ScriptedBackend.complete().vcpu(Move.powerOff());
        GuestImage image = ImageFile.parse("guest.bin", CONTENT, OptionalLong.of(BASE));
        run(backend, GuestConfiguration.of(image).ramBytes(0x10_0000));
        assertEquals(0, backend.machine().scripted(0).read(CoreRegister.X0));
    }

    @Test
    void firmwareBelowMemoryGetsMemoryThere() {
        ScriptedBackend backend = ScriptedBackend.complete().vcpu(Move.powerOff());
        GuestImage image = ImageFile.parse("firmware.bin", CONTENT, OptionalLong.of(0));
        run(backend, GuestConfiguration.of(image).ramBytes(0x10_0000).level(ExceptionLevel.EL2));
        assertEquals(
                List.of(MemoryRegion.ram(0, 0x800_0000), MemoryRegion.ram(BASE, 0x10_0000)),
                backend.request().memory());
        assertEquals(ExceptionLevel.EL2, backend.request().level());
        assertEquals(BASE, backend.machine().scripted(0).read(CoreRegister.X0));
        assertEquals("smc\0", text(treeAt(backend, BASE).child("psci").orElseThrow(), "method"));
    }

    @Test
    void putsAGivenTreeAtTheEndOfMemoryAndFillsItIn() {
        ScriptedBackend backend = ScriptedBackend.complete().vcpu(Move.powerOff());
        run(backend, guest().deviceTree(tree(0x1001)).commandLine("quiet"));
        long address = backend.machine().scripted(0).read(CoreRegister.X0);
        assertEquals(BASE + 0x10_0000 - 0x2000, address);
        Node root = treeAt(backend, address);
        assertEquals(0x1001, root.properties().get("padding").length);
        assertEquals("quiet\0", text(root.child("chosen").orElseThrow(), "bootargs"));
        assertEquals(0x10_0000, number(root.child("memory@40000000").orElseThrow(), "reg", 1));
    }

    private static GuestConfiguration.Builder linux(int imageSize) {
        byte[] image = ByteBuffer.allocate(64)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .putLong(16, imageSize)
                .putInt(56, 0x644D_5241)
                .array();
        return GuestConfiguration.of(ImageFile.parse("Image", image, OptionalLong.empty()))
                .ramBytes(0x80_0000)
                .commandLine("console=ttyAMA0")
                .ramdisk(new Ramdisk("initrd", new byte[] {7, 8, 9}));
    }

    private static void assertRamdisk(ScriptedBackend backend, long start) {
        long tree = backend.machine().scripted(0).read(CoreRegister.X0);
        assertEquals(BASE + 0x80_0000 - 0x1000, tree);
        Node chosen = treeAt(backend, tree).child("chosen").orElseThrow();
        assertEquals(start, number(chosen, "linux,initrd-start", 0));
        assertEquals(start + 3, number(chosen, "linux,initrd-end", 0));
        byte[] content = new byte[3];
        backend.machine().memory().read(start, content);
        assertArrayEquals(new byte[] {7, 8, 9}, content);
    }

    @Test
    void linuxGetsItsRamdiskCommandLineAndTree() {
        ScriptedBackend backend = ScriptedBackend.complete().vcpu(Move.powerOff());
        run(backend, linux(0x1000));
        assertEquals(BASE + 0x20_0000, backend.machine().scripted(0).read(CoreRegister.PC));
        assertRamdisk(backend, BASE + 0x40_0000);
        Node root = treeAt(backend, BASE + 0x80_0000 - 0x1000);
        assertEquals("console=ttyAMA0\0", text(root.child("chosen").orElseThrow(), "bootargs"));
        assertTrue(root.child("pl011@9000000").orElseThrow().properties().containsKey("interrupts"));
    }

    @Test
    void aRamdiskGoesBehindAKernelThatIsInItsWay() {
        ScriptedBackend backend = ScriptedBackend.complete().vcpu(Move.powerOff());
        run(backend, linux(0x30_0001));
        assertRamdisk(backend, BASE + 0x51_0000);
    }

    @Test
    void refusesWhatDoesNotFit() {
        HypervisorException tree =
                refusal(ScriptedBackend.complete(), guest().ramBytes(0x2000).deviceTree(tree(0x1000)));
        assertEquals(ErrorId.RESOURCE_CONFLICT, tree.id());
        assertTrue(tree.attempted().contains("does not fit into the memory [0x40000000, 0x40002000) beside guest.bin"));
        HypervisorException disk =
                refusal(ScriptedBackend.complete(), linux(0x5F_FFFF).ramdisk(new Ramdisk("big", new byte[0x2_0000])));
        assertEquals(
                "the initial ramdisk of 131072 bytes does not fit into the memory [0x40000000, 0x40800000) beside Image",
                disk.attempted());
        HypervisorException longTree =
                refusal(ScriptedBackend.complete(), linux(0).commandLine("x".repeat(DeviceTree.LARGEST)));
        assertEquals("the device tree is longer than 2 MiB", longTree.attempted());
    }

    @Test
    void refusesAGuestOutsideMemory() {
        assertEquals(
                ErrorId.INVALID_IMAGE,
                refusal(ScriptedBackend.complete(), guest().ramBytes(0x1000)).id());
    }

    @Test
    void passesOnWhatTheBackendRefuses() {
        assertEquals(
                "there are only 8 vCPUs",
                refusal(ScriptedBackend.complete(), guest().vcpus(9)).attempted());
    }

    @Test
    void closesAMachineThatCannotBeSetUp() {
        ScriptedBackend backend = ScriptedBackend.withoutPaging();
        HypervisorException refused = refusal(backend, guest().absent(AbsentRange.of(MemoryRegion.ram(BASE, 0x1000))));
        assertEquals(ErrorId.PLAN_REFUSED, refused.id());
        assertEquals(
                "pages [0x40000000, 0x40001000) are to be absent, and pages of this backend cannot be",
                refused.attempted());
        assertTrue(backend.machine().isClosed());
    }

    @Test
    void refusesAbsentPagesThatAreNotMemoryOrNamedTwice() {
        HypervisorException outside =
                refusal(ScriptedBackend.complete(), guest().absent(AbsentRange.of(MemoryRegion.ram(0, 0x1000))));
        assertEquals("absent pages [0x0, 0x1000) are outside the memory [0x40000000, 0x40100000)", outside.attempted());
        HypervisorException twice = refusal(
                ScriptedBackend.complete(),
                guest().absent(AbsentRange.of(MemoryRegion.ram(BASE, 0x2000)))
                        .absent(AbsentRange.of(MemoryRegion.ram(BASE + 0x1000, 0x1000))));
        assertEquals("absent pages [0x40000000, 0x40002000) and [0x40001000, 0x40002000) overlap", twice.attempted());
    }

    @Test
    void servesAbsentPagesAfterTheirLatency() {
        ScriptedBackend backend = ScriptedBackend.complete().vcpu(Move.touch(BASE + 0x1000), Move.powerOff());
        try (VirtualMachine machine = VirtualMachine.create(
                backend,
                guest().absent(new AbsentRange(MemoryRegion.ram(BASE + 0x1000, 0x1000), 777))
                        .build())) {
            assertEquals(PageResidency.ABSENT, backend.machine().memory().residency(BASE + 0x1000));
            assertEquals(new GuestOutcome.PoweredOff(), machine.run());
            assertEquals(778, backend.machine().nanos(), "one skip to the arrival and one instruction");
            byte[] memory = new byte[4];
            backend.machine().memory().read(BASE + 0x1000, memory);
            assertArrayEquals(CONTENT, memory);
        }
    }

    @Test
    void takesAwayThePagesThatTheImageNames() {
        byte[] elf = new ElfBuilder()
                .load(BASE, new byte[0x3000], 0x3000)
                .entry(BASE)
                .section(".faultline.absent", BASE + 0x1000, 0x2000)
                .build();
        ScriptedBackend backend = ScriptedBackend.complete().vcpu(Move.touch(BASE + 0x2000), Move.powerOff());
        run(backend, GuestConfiguration.of(ImageFile.parse("apf.elf", elf, OptionalLong.empty())));
        assertEquals(
                List.of(MemoryRegion.ram(BASE + 0x1000, 0x2000)),
                backend.machine().faults().attached());
        assertEquals(20_001, backend.machine().nanos());
    }

    @Test
    void aPageThatNoSourceSuppliesEndsTheRun() {
        ScriptedBackend backend = ScriptedBackend.complete().vcpu((vcpu, budget) -> {
            vcpu.write(CoreRegister.PC, 0x4000_1234L);
            return Move.touch(BASE).make(vcpu, budget);
        });
        try (VirtualMachine machine = VirtualMachine.create(backend, guest().build())) {
            backend.machine().faults().evict(BASE);
            assertEquals(
                    "the guest waits for ever: vCPU 0 at PC 0x40001234 is waiting for page 0x40000000",
                    machine.run().message());
        }
    }

    @Test
    void printsWhatTheGuestSendsAndAnswersItsReads() {
        ByteArrayOutputStream console = new ByteArrayOutputStream();
        ScriptedBackend backend = ScriptedBackend.complete()
                .vcpu(
                        Move.write(UART, BYTE, 'O'),
                        Move.write(UART, WORD, 'K'),
                        Move.read(UART + 0x18, WORD),
                        Move.read(UART, BYTE),
                        Move.read(RTC, WORD),
                        Move.powerOff());
        GuestConfiguration.Builder configuration = guest().console(console, new ByteArrayInputStream(new byte[] {'i'}))
                .epoch(99);
        assertEquals(new GuestOutcome.PoweredOff(), run(backend, configuration));
        assertEquals("OK", console.toString(StandardCharsets.US_ASCII));
        assertEquals(
                List.of(0xC0L, (long) 'i', 99L), backend.machine().scripted(0).answers());
    }

    @Test
    void aResetEndsTheRun() {
        ScriptedBackend backend =
                ScriptedBackend.complete().vcpu(Move.exit(new VcpuExit.SystemEvent(VcpuExit.SystemEvent.Kind.RESET)));
        GuestOutcome outcome = run(backend, guest());
        assertEquals(new GuestOutcome.ResetRequested(), outcome);
        assertEquals("the guest asked for a reset, which ends the run", outcome.message());
        assertEquals("the guest turned the machine off", new GuestOutcome.PoweredOff().message());
    }

    @Test
    void anAccessToAnAddressWithoutADeviceIsRefused() {
        ScriptedBackend backend = ScriptedBackend.complete()
                .vcpu(Move.read(0x0A00_0000L, WORD), Move.write(0x0A00_0000L, BYTE, 1), Move.powerOff());
        try (VirtualMachine machine = VirtualMachine.create(backend, guest().build())) {
            assertEquals(new GuestOutcome.PoweredOff(), machine.run());
            assertEquals(2, backend.machine().scripted(0).refusals());
            assertEquals(2, machine.statistics().get("vmm.mmio.refused"));
        }
    }

    @Test
    void aRegisterThatADeviceDoesNotHaveReadsAsZeroAndIgnoresWrites() {
        ScriptedBackend backend = ScriptedBackend.complete()
                .vcpu(Move.read(UART + 0x4C, WORD), Move.write(RTC + 0xFDC, WORD, 1), Move.powerOff());
        try (VirtualMachine machine = VirtualMachine.create(backend, guest().build())) {
            assertEquals(new GuestOutcome.PoweredOff(), machine.run());
            assertEquals(List.of(0L), backend.machine().scripted(0).answers());
            assertEquals(1, machine.statistics().get("vmm.mmio.ignored"));
        }
    }

    @Test
    void devicesInterruptTheGuest() {
        ScriptedBackend backend = ScriptedBackend.complete();
        backend.vcpu(
                Move.write(UART + 0x38, WORD, 0x20),
                Move.write(UART, BYTE, 'x'),
                Move.write(UART + 0x44, WORD, 0x20),
                Move.write(RTC + 0x04, WORD, 2),
                Move.write(RTC + 0x10, WORD, 1),
                Move.waitUntil(() -> backend.machine().lineLog().contains("34+"), OptionalLong.empty()),
                Move.powerOff());
        run(backend, guest().epoch(0));
        assertEquals(List.of("33+", "33-", "34+"), backend.machine().lineLog());
    }

    @Test
    void aGuestThatListensIsGivenWhatIsTypedLater() {
        ScriptedBackend backend = ScriptedBackend.complete();
        backend.vcpu(
                Move.write(UART + 0x38, WORD, 0x10),
                Move.waitUntil(() -> backend.machine().lineLog().contains("33+"), OptionalLong.empty()),
                Move.read(UART, BYTE),
                Move.powerOff());
        java.io.InputStream late = new ByteArrayInputStream(new byte[] {'k'}) {
            @Override
            public synchronized int available() {
                return 0;
            }
        };
        assertEquals(new GuestOutcome.PoweredOff(), run(backend, guest().console(new ByteArrayOutputStream(), late)));
        assertEquals(List.of((long) 'k'), backend.machine().scripted(0).answers());
    }

    private static String stuck(long syndrome) {
        return failure(ScriptedBackend.complete().vcpu((vcpu, budget) -> {
            vcpu.write(SystemRegister.ELR_EL1, 0x4000_1230L);
            return new VcpuExit.Unrecoverable(0x200, syndrome, "its vectors are not memory");
        }));
    }

    @Test
    void aGuestThatCannotGoOnEndsTheRun() {
        String begin = "vCPU 0 at PC 0x200 cannot go on: its vectors are not memory";
        assertEquals(begin, stuck(0));
        assertEquals(begin + " (undefined instruction at PC 0x40001230, ESR 0x2000000)", stuck(0x200_0000L));
        assertEquals(begin + " (instruction abort at PC 0x40001230, ESR 0x86000004)", stuck(0x8600_0004L));
        assertEquals(begin + " (unknown exception at PC 0x40001230, ESR 0xfe000000)", stuck(0xFE00_0000L));
    }

    @Test
    void anExitThatOnlyTheBackendKnowsEndsTheRun() {
        assertEquals(
                "vCPU 0 at PC 0x40001000 stopped for scripted:odd {}, which this VMM does not know",
                failure(ScriptedBackend.complete().vcpu(Move.backendSpecific("scripted:odd"))));
    }

    @Test
    void aGuestThatSpinsStopsOnItsBudget() {
        ScriptedBackend backend = ScriptedBackend.complete().vcpu(Move.spin()).vcpu(Move.spin());
        try (VirtualMachine machine = VirtualMachine.create(
                backend, guest().vcpus(3).maxInstructions(123_456).build())) {
            backend.machine().scripted(1).turnOn();
            GuestOutcome outcome = machine.run();
            assertEquals(
                    new GuestOutcome.BudgetExhausted("the budget of 123456 instructions is used up:"
                            + " vCPU 0 at PC 0x40001000 is running, vCPU 1 at PC 0x0 is running, vCPU 2 is off"),
                    outcome);
            assertEquals(123_456L, machine.statistics().get("vmm.instructions"));
        }
    }

    @Test
    void aGuestThatDoesNothingButMmioStopsOnItsBudget() {
        ScriptedBackend backend =
                ScriptedBackend.complete().vcpu((vcpu, budget) -> new VcpuExit.MmioWrite(UART + 0x38, WORD, 0));
        assertTrue(run(backend, guest().maxInstructions(1000)) instanceof GuestOutcome.BudgetExhausted);
        assertEquals(1000, backend.machine().log().size());
    }

    @Test
    void kicksDoNotDisturb() {
        ScriptedBackend backend = ScriptedBackend.complete().vcpu(Move.exit(new VcpuExit.Kicked()), Move.powerOff());
        assertEquals(new GuestOutcome.PoweredOff(), run(backend, guest()));
    }

    @Test
    void skipsTimeWhenEveryVcpuWaits() {
        ScriptedBackend backend = ScriptedBackend.complete();
        backend.vcpu(
                Move.waitUntil(() -> backend.machine().nanos() >= 5_000_000, OptionalLong.of(5_000_000)),
                Move.powerOff());
        assertEquals(new GuestOutcome.PoweredOff(), run(backend, guest()));
        assertEquals(5_000_001, backend.machine().nanos());
    }

    @Test
    void skipsToTheEarliestOfAllDeadlines() {
        ScriptedBackend backend = ScriptedBackend.complete();
        backend.vcpu(Move.waitUntil(() -> backend.machine().nanos() >= 3_000, OptionalLong.of(9_000)), Move.powerOff());
        try (VirtualMachine machine = VirtualMachine.create(backend, guest().build())) {
            backend.machine().timer(3_000);
            assertEquals(new GuestOutcome.PoweredOff(), machine.run());
            assertEquals(3_001, backend.machine().nanos());
        }
    }

    @Test
    void aDeadlineThatPassedWithoutEffectDoesNotHideALaterOne() {
        ScriptedBackend backend = ScriptedBackend.complete();
        backend.vcpu(
                Move.after(100, new VcpuExit.Kicked()),
                Move.waitUntil(() -> backend.machine().nanos() >= 9_000, OptionalLong.of(9_000)),
                Move.powerOff());
        try (VirtualMachine machine = VirtualMachine.create(backend, guest().build())) {
            backend.machine().timer(50);
            assertEquals(new GuestOutcome.PoweredOff(), machine.run());
            assertEquals(9_001, backend.machine().nanos());
        }
    }

    @Test
    void aGuestThatWaitsWithoutADeadlineEndsTheRun() {
        ScriptedBackend backend = ScriptedBackend.complete()
                .vcpu(Move.waitUntil(() -> false, OptionalLong.empty()))
                .vcpu(Move.powerOff());
        GuestOutcome outcome = run(backend, guest().vcpus(2));
        assertEquals(
                new GuestOutcome.Failed("the guest waits for ever: vCPU 0 at PC 0x40001000 is waiting for an interrupt,"
                        + " vCPU 1 is off"),
                outcome);
    }

    @Test
    void aGuestThatTurnsOffItsLastVcpuEndsTheRun() {
        assertEquals(
                "the guest waits for ever: vCPU 0 is off",
                failure(ScriptedBackend.complete().vcpu(Move.exit(new VcpuExit.PoweredOff()))));
    }

    @Test
    void aVcpuThatWasWokenInTheSameRoundIsNotIdle() {
        boolean[] woken = {false};
        ScriptedBackend backend = ScriptedBackend.complete()
                .vcpu(
                        (vcpu, budget) -> {
                            woken[0] = true;
                            return Move.after(10, new VcpuExit.WaitForInterrupt(OptionalLong.of(1_000_000)))
                                    .make(vcpu, budget);
                        },
                        Move.waitUntil(() -> false, OptionalLong.of(1_000_000)))
                .vcpu(Move.waitUntil(() -> woken[0], OptionalLong.empty()), Move.powerOff());
        try (VirtualMachine machine =
                VirtualMachine.create(backend, guest().vcpus(2).build())) {
            backend.machine().scripted(1).turnOn();
            assertEquals(new GuestOutcome.PoweredOff(), machine.run());
            assertEquals(11, backend.machine().nanos(), "time was not skipped");
        }
    }

    @Test
    void oneSeedAlwaysGivesTheSameInterleavingAndAnotherSeedAnother() {
        assertEquals(interleaving(1), interleaving(1));
        assertFalse(interleaving(1).equals(interleaving(2)));
    }

    private static List<Integer> interleaving(long seed) {
        ScriptedBackend backend = ScriptedBackend.complete().vcpu(Move.spin()).vcpu(Move.spin());
        try (VirtualMachine machine = VirtualMachine.create(
                backend, guest().vcpus(2).seed(seed).maxInstructions(500_000).build())) {
            backend.machine().scripted(1).turnOn();
            machine.run();
            return List.copyOf(backend.machine().log());
        }
    }

    @Test
    void statisticsHaveStableNames() {
        ScriptedBackend backend =
                ScriptedBackend.complete().vcpu(Move.write(UART, BYTE, 'x'), Move.touch(BASE), Move.powerOff());
        try (VirtualMachine machine = VirtualMachine.create(
                backend,
                guest().vcpus(2)
                        .absent(AbsentRange.of(MemoryRegion.ram(BASE, 0x1000)))
                        .build())) {
            machine.run();
            SortedMap<String, Long> statistics = machine.statistics();
            assertEquals(
                    "[apf.announced, apf.cancelled, apf.covered-by-wake-all, apf.declined, apf.dropped, apf.failures,"
                            + " apf.outstanding, apf.page-ins, apf.parked, apf.ready, apf.repeated, apf.synchronous,"
                            + " apf.veto.not-enabled, apf.wake-alls, scripted.runs, vmm.instructions,"
                            + " vmm.instructions.0, vmm.instructions.1, vmm.memory-errors.noticed,"
                            + " vmm.memory-errors.raised, vmm.mmio.ignored, vmm.mmio.refused, vmm.nanos,"
                            + " vmm.uart.sent]",
                    statistics.keySet().toString());
            assertEquals(1, statistics.get("vmm.uart.sent"));
            assertEquals(1, statistics.get("apf.page-ins"));
            assertEquals(1, statistics.get("apf.veto.not-enabled"));
            assertEquals(20_002, statistics.get("vmm.nanos"));
            assertEquals(2, statistics.get("vmm.instructions.0"));
        }
    }

    @Test
    void statisticsOfABackendWithoutPagingHaveNoFaults() {
        try (VirtualMachine machine = VirtualMachine.create(ScriptedBackend.withoutPaging(), guest().build())) {
            assertFalse(machine.statistics().containsKey("apf.announced"));
        }
    }

    @Test
    void configurationsCheckTheirRanges() {
        assertThrows(IllegalArgumentException.class, () -> guest().vcpus(0).build());
        assertThrows(
                IllegalArgumentException.class, () -> guest().maxInstructions(0).build());
        assertThrows(IllegalArgumentException.class, () -> guest().ramBytes(1));
        GuestConfiguration defaults = GuestConfiguration.of(image()).build();
        assertEquals(128 << 20, defaults.ram().bytes());
        assertEquals(10_000_000_000L, defaults.maxInstructions());
        assertEquals(1, defaults.vcpus());
    }
}
