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
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageRequest;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.memory.PageSink;
import io.faultline.api.pagefault.FaultDecision;
import io.faultline.api.trace.TraceSink;
import io.faultline.vmm.image.GuestImage;
import io.faultline.vmm.image.ImageFile;
import io.faultline.vmm.migration.LinkModel;
import io.faultline.vmm.migration.PostCopySource;
import io.faultline.vmm.migration.SimulatedLink;
import io.faultline.vmm.paging.AbsentRange;
import io.faultline.vmm.paging.HostPageSource;
import io.faultline.vmm.paging.PageSet;
import io.faultline.vmm.paging.SnapshotFile;
import io.faultline.vmm.paging.SnapshotPageSource;
import io.faultline.vmm.scripted.Move;
import io.faultline.vmm.scripted.ScriptedBackend;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A guest that stops in one machine and goes on in another. */
class MoveTest {
    private static final long BASE = GuestConfiguration.RAM_BASE;
    private static final long CODE = BASE + 0x8000;
    private static final long ELSEWHERE = BASE + 0xA000;
    private static final long UART = 0x0900_0000L;
    private static final byte[] CONTENT = {1, 2, 3, 4};

    private final ByteArrayOutputStream here = new ByteArrayOutputStream();
    private final ByteArrayOutputStream there = new ByteArrayOutputStream();

    /** Says A, computes, says B after it has looked at a page, turns off. */
    private static ScriptedBackend backend() {
        return ScriptedBackend.complete()
                .vcpu(
                        Move.write(UART + 0x2C, WORD, 0x70),
                        Move.write(UART, BYTE, 'A'),
                        Move.spin(),
                        Move.touch(CODE),
                        Move.write(UART, BYTE, 'B'),
                        Move.touch(ELSEWHERE),
                        Move.powerOff());
    }

    private GuestConfiguration configuration() {
        GuestImage image = ImageFile.parse("guest.bin", CONTENT, OptionalLong.of(CODE));
        return GuestConfiguration.of(image)
                .ramBytes(0x10_0000)
                .absent(AbsentRange.of(MemoryRegion.ram(ELSEWHERE, 0x1000)))
                .console(here, InputStream.nullInputStream())
                .maxInstructions(1_000_000)
                .build();
    }

    private VirtualMachine started(ScriptedBackend backend) {
        VirtualMachine machine = VirtualMachine.create(backend, configuration());
        assertEquals(Optional.empty(), machine.run(100));
        return machine;
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private GuestConsole console() {
        return new GuestConsole(there, InputStream.nullInputStream());
    }

    /** Pages that come between the slices of two vCPUs, after the one that waits for them had its turn. */
    private static final class PromptPages implements HostPageSource {
        private final List<Long> asked = new ArrayList<>();
        private final List<Long> come = new ArrayList<>();

        @Override
        public void request(PageRequest request) {
            asked.add(request.page());
        }

        @Override
        public boolean exchange(long now) {
            come.addAll(asked);
            asked.clear();
            return !come.isEmpty();
        }

        @Override
        public void poll(long now, PageSink sink) {
            come.forEach(page -> sink.arrived(page, new byte[PageSize.BYTES]));
            come.clear();
        }

        @Override
        public boolean await(long now, OptionalLong deadline) {
            return !asked.isEmpty();
        }

        @Override
        public OptionalLong nextArrival() {
            return OptionalLong.empty();
        }
    }

    @Test
    void aPageThatComesWhileTheOtherVcpusLookForWorkWakesTheOneThatWaits() {
        for (int seed = 0; seed < 8; seed++) {
            List<Move> waits = List.of(Move.waitUntil(() -> false, OptionalLong.empty()));
            ScriptedBackend backend = ScriptedBackend.complete()
                    .vcpu(Move.spin(), Move.touch(CODE), Move.powerOff())
                    .vcpu(waits.toArray(Move[]::new));
            VirtualMachine source = VirtualMachine.create(
                    backend,
                    GuestConfiguration.of(ImageFile.parse("guest.bin", CONTENT, OptionalLong.of(CODE)))
                            .ramBytes(0x10_0000)
                            .vcpus(2)
                            .seed(seed)
                            .build());
            backend.machine().scripted(1).turnOn();
            assertEquals(Optional.empty(), source.run(100));
            FrozenGuest guest = source.freeze();
            try (VirtualMachine target = VirtualMachine.restore(
                    backend, guest.state(), guest.pages().pages(), new PromptPages(), console(), TraceSink.NONE)) {
                assertEquals(new GuestOutcome.PoweredOff(), target.run(), "seed " + seed);
            }
        }
    }

    @Test
    void runsForAsLongAsItIsTold() {
        VirtualMachine machine =
                VirtualMachine.create(ScriptedBackend.complete().vcpu(Move.spin()), configuration());
        assertEquals(Optional.empty(), machine.run(12_345));
        assertEquals(12_345, machine.statistics().get("vmm.instructions"));
        assertEquals(12_345, machine.nanos());
        assertEquals(Optional.empty(), machine.run(1));
        assertEquals(12_346, machine.nanos());
        assertTrue(machine.run(10_000_000).orElseThrow() instanceof GuestOutcome.BudgetExhausted);
        assertThrows(IllegalArgumentException.class, () -> machine.run(0));
    }

    @Test
    void aFrozenGuestHasItsPagesBeside() throws IOException {
        VirtualMachine machine = started(backend());
        FrozenGuest guest = machine.freeze();
        PageSet pages = guest.pages().pages();
        assertTrue(pages.contains(BASE), "the device tree");
        assertTrue(pages.contains(CODE));
        assertTrue(pages.contains(ELSEWHERE), "what the machine misses itself");
        assertFalse(pages.contains(BASE + 0x2_0000), "pages of zeros stay");
        byte[] code = guest.pages().read(CODE);
        assertArrayEquals(CONTENT, Arrays.copyOf(code, 4));
        assertEquals("A", text(here));
    }

    @Test
    void aGuestGoesOnWhereItWasAndItsPagesFollow() {
        VirtualMachine source = started(backend());
        FrozenGuest guest = source.freeze();
        GuestState state = GuestState.fromBytes(guest.state().toBytes());
        for (LinkModel model : List.of(LinkModel.REAL, LinkModel.withLatency(1000))) {
            there.reset();
            SimulatedLink link =
                    new SimulatedLink(guest.pages(), new SimulatedLink.Disturbance(500, 0, 500, 100, 100, 2), 3);
            PostCopySource pages = new PostCopySource(1, guest.pages().pages(), model, true, link, () -> 0);
            ScriptedBackend backend = backend();
            try (VirtualMachine target =
                    VirtualMachine.restore(backend, state, guest.pages().pages(), pages, console(), TraceSink.NONE)) {
                assertEquals(PageResidency.ABSENT, backend.machine().memory().residency(CODE));
                assertEquals(source.nanos(), target.nanos());
                assertEquals(0, target.deviceTree().length);
                pages.start(link.handed());
                assertEquals(new GuestOutcome.PoweredOff(), target.run());
                assertEquals("B", text(there));
                assertEquals(0x1L, target.statistics().get("vmm.uart.sent") - 1, "the port came along");
                byte[] code = new byte[4];
                backend.machine().memory().read(CODE, code);
                assertArrayEquals(CONTENT, code);
            }
        }
    }

    @Test
    void aGuestThatDidNotLeaveGoesOnHere() {
        ScriptedBackend backend = backend();
        VirtualMachine machine = started(backend);
        machine.freeze();
        assertEquals(PageResidency.ABSENT, backend.machine().memory().residency(CODE));
        machine.resume();
        assertEquals(PageResidency.RESIDENT, backend.machine().memory().residency(CODE));
        assertEquals(new GuestOutcome.PoweredOff(), machine.run());
        assertEquals("AB", text(here));
    }

    @Test
    void aGuestGoesOnFromAFile(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("guest");
        FrozenGuest guest = started(backend()).freeze();
        SnapshotFile.write(file, guest.state().toBytes(), guest.pages());
        try (SnapshotFile snapshot = SnapshotFile.open(
                file, bytes -> GuestState.fromBytes(bytes).shape().memory())) {
            GuestState state = GuestState.fromBytes(snapshot.state());
            VirtualMachine machine = VirtualMachine.restore(
                    backend(),
                    state,
                    snapshot.pages(),
                    new SnapshotPageSource(snapshot, 500),
                    console(),
                    TraceSink.NONE);
            assertTrue(machine.freeze().pages().pages().contains(CODE), "it can move on before its pages have come");
            machine.resume();
            assertEquals(new GuestOutcome.PoweredOff(), machine.run());
            assertEquals("B", text(there));
        }
    }

    @Test
    void theVmmCanDeclineAnnouncements() {
        ScriptedBackend backend = backend();
        VirtualMachine machine = VirtualMachine.create(backend, configuration());
        FaultDecision never = (page, vcpu) -> false;
        machine.asyncPageFaults().orElseThrow().decideBy(never);
        assertSame(never, backend.machine().faults().decision());
    }

    private HypervisorException refusal(GuestState state, PageSet expected) {
        ScriptedBackend backend = backend();
        HypervisorException refused = assertThrows(
                HypervisorException.class,
                () -> VirtualMachine.restore(
                        backend,
                        state,
                        expected,
                        new SnapshotPageSource(started(backend()).freeze().pages(), 0),
                        console(),
                        TraceSink.NONE));
        assertTrue(backend.machine().isClosed());
        return refused;
    }

    @Test
    void stateAndMapMustAgree() {
        FrozenGuest guest = started(backend()).freeze();
        PageSet less = guest.pages().pages();
        less.remove(CODE);
        assertEquals(ErrorId.INVALID_STATE, refusal(guest.state(), less).id());
        PageSet more = guest.pages().pages();
        more.add(BASE + 0x2_0000);
        assertEquals(ErrorId.INVALID_STATE, refusal(guest.state(), more).id());
        GuestState unknown = new GuestState(guest.state().shape(), guest.state().machine(), Map.of());
        assertEquals(
                ErrorId.INVALID_STATE, refusal(unknown, guest.pages().pages()).id());
    }

    @Test
    void pagesThatCannotBeAbsentCannotFollow() {
        FrozenGuest guest = started(backend()).freeze();
        ScriptedBackend fixed = ScriptedBackend.withoutPaging().vcpu(Move.spin());
        HypervisorException refused = assertThrows(
                HypervisorException.class,
                () -> VirtualMachine.restore(
                        fixed,
                        guest.state(),
                        guest.pages().pages(),
                        new SnapshotPageSource(guest.pages(), 0),
                        console(),
                        TraceSink.NONE));
        assertEquals(ErrorId.PLAN_REFUSED, refused.id());
        GuestImage image = ImageFile.parse("guest.bin", CONTENT, OptionalLong.of(CODE));
        VirtualMachine machine = VirtualMachine.create(
                fixed, GuestConfiguration.of(image).ramBytes(0x10_0000).build());
        assertEquals(
                ErrorId.PLAN_REFUSED,
                assertThrows(HypervisorException.class, machine::freeze).id());
    }

    @Test
    void aGuestWhosePagesAreElsewhereDoesNotMoveOn() {
        FrozenGuest guest = started(backend()).freeze();
        SimulatedLink link = new SimulatedLink(guest.pages(), SimulatedLink.Disturbance.NONE, 0);
        PostCopySource pages = new PostCopySource(1, guest.pages().pages(), LinkModel.REAL, false, link, () -> 0);
        VirtualMachine target = VirtualMachine.restore(
                backend(), guest.state(), guest.pages().pages(), pages, console(), TraceSink.NONE);
        HypervisorException refused = assertThrows(HypervisorException.class, target::freeze);
        assertEquals(ErrorId.ILLEGAL_STATE, refused.id());
        assertTrue(refused.getMessage().contains("wait until all have come"), refused.getMessage());
        pages.start(link.handed());
        assertEquals(new GuestOutcome.PoweredOff(), target.run(), "and goes on");
    }
}
