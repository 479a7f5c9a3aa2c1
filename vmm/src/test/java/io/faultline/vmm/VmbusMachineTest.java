/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.synic.SynicStatus;
import io.faultline.api.trace.TraceSink;
import io.faultline.vmm.image.ImageFile;
import io.faultline.vmm.migration.LinkModel;
import io.faultline.vmm.migration.PostCopySource;
import io.faultline.vmm.migration.SimulatedLink;
import io.faultline.vmm.scripted.Move;
import io.faultline.vmm.scripted.ScriptedBackend;
import io.faultline.vmm.scripted.ScriptedSynic;
import io.faultline.vmm.scripted.ScriptedVcpu;
import io.faultline.vmm.tree.FlatTree;
import io.faultline.vmm.tree.Node;
import io.faultline.vmm.vmbus.VmbusConfiguration;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** A machine whose guest finds a VMBus. */
class VmbusMachineTest {
    private static final long CODE = GuestConfiguration.RAM_BASE + 0x8000;

    private final List<Integer> heard = new ArrayList<>();

    private static GuestConfiguration.Builder guest() {
        return GuestConfiguration.of(ImageFile.parse("guest.bin", new byte[] {1, 2, 3, 4}, OptionalLong.of(CODE)))
                .ramBytes(0x10_0000)
                .maxInstructions(1_000_000);
    }

    private static GuestConfiguration.Builder kernel() {
        ByteBuffer image = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
        image.putLong(16, 4096).putInt(56, 0x644D_5241);
        return GuestConfiguration.of(ImageFile.parse("Image", image.array(), OptionalLong.empty()))
                .ramBytes(0x40_0000)
                .acpi();
    }

    private static Move post(int type, int... words) {
        return (vcpu, budget) -> {
            ByteBuffer message =
                    ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN).putInt(0, type);
            for (int i = 0; i < words.length; i++) {
                message.putInt(8 + 4 * i, words[i]);
            }
            assertEquals(SynicStatus.SUCCESS, synic(vcpu).post(4, message.array()));
            return Move.after(1, new VcpuExit.BudgetExhausted(1)).make(vcpu, budget);
        };
    }

    private static ScriptedSynic synic(ScriptedVcpu vcpu) {
        return vcpu.synic();
    }

    /** Waits for a message and notes its type. */
    private Move hear() {
        return (vcpu, budget) -> {
            Optional<byte[]> message = synic(vcpu).take(0, 2);
            if (message.isEmpty()) {
                vcpu.stay();
                return new VcpuExit.WaitForInterrupt(OptionalLong.empty());
            }
            heard.add((int) message.get()[0]);
            return Move.after(1, new VcpuExit.BudgetExhausted(1)).make(vcpu, budget);
        };
    }

    private ScriptedBackend talker(int offers) {
        List<Move> moves = new ArrayList<>(List.of(post(14, 0x5_0003, 0, 2), hear(), Move.spin(), post(3)));
        for (int i = 0; i <= offers; i++) {
            moves.add(hear());
        }
        moves.addAll(List.of(post(16), hear(), Move.powerOff()));
        return ScriptedBackend.complete().withSynic().vcpu(moves.toArray(Move[]::new));
    }

    @Test
    void aGuestWithManyOffersGetsThemAll() {
        try (VirtualMachine machine = VirtualMachine.create(
                talker(40), guest().vmbus(VmbusConfiguration.echo(40)).build())) {
            assertEquals(new GuestOutcome.PoweredOff(), machine.run());
            assertEquals(43, heard.size());
            assertEquals(15, heard.get(0));
            assertEquals(40, heard.stream().filter(type -> type == 1).count());
            assertEquals(4, heard.get(41));
            assertEquals(17, heard.get(42));
            assertEquals(3, machine.statistics().get("vmm.vmbus.requests"));
            assertEquals(0, machine.statistics().get("vmm.vmbus.refused"));
        }
    }

    @Test
    void aBusMovesWithItsGuest() {
        ScriptedBackend backend = talker(40);
        VirtualMachine source = VirtualMachine.create(
                backend, guest().vmbus(VmbusConfiguration.echo(40)).build());
        assertEquals(Optional.empty(), source.run(100));
        FrozenGuest frozen = source.freeze();
        GuestState state = GuestState.fromBytes(frozen.state().toBytes());
        SimulatedLink link =
                new SimulatedLink(frozen.pages(), new SimulatedLink.Disturbance(500, 0, 500, 100, 100, 2), 3);
        PostCopySource pages =
                new PostCopySource(1, frozen.pages().pages(), LinkModel.withLatency(1000), true, link, () -> 0);
        try (VirtualMachine target = VirtualMachine.restore(
                talker(40),
                state,
                frozen.pages().pages(),
                pages,
                new GuestConsole(OutputStream.nullOutputStream(), InputStream.nullInputStream()),
                TraceSink.NONE)) {
            pages.start(link.handed());
            assertEquals(new GuestOutcome.PoweredOff(), target.run());
            assertEquals(43, heard.size());
        }
    }

    @Test
    void aGuestWithABusNeedsABackendForIt() {
        ScriptedBackend without = ScriptedBackend.complete().vcpu(Move.powerOff());
        HypervisorException refused = assertThrows(
                HypervisorException.class,
                () -> VirtualMachine.create(
                        without, guest().vmbus(VmbusConfiguration.echo(1)).build()));
        assertEquals(ErrorId.PLAN_REFUSED, refused.id());
        assertTrue(without.machine().isClosed());
        FrozenGuest frozen = VirtualMachine.create(talker(0), guest().build()).freeze();
        assertEquals(
                ErrorId.PLAN_REFUSED,
                assertThrows(
                                HypervisorException.class,
                                () -> VirtualMachine.restore(
                                        without,
                                        frozen.state(),
                                        frozen.pages().pages(),
                                        new PostCopySource(
                                                1,
                                                frozen.pages().pages(),
                                                LinkModel.REAL,
                                                true,
                                                new SimulatedLink(
                                                        frozen.pages(),
                                                        new SimulatedLink.Disturbance(0, 0, 0, 0, 0, 0),
                                                        1),
                                                () -> 0),
                                        new GuestConsole(
                                                OutputStream.nullOutputStream(), InputStream.nullInputStream()),
                                        TraceSink.NONE))
                        .id());
    }

    private static String tables(ScriptedBackend backend, GuestConfiguration configuration) {
        try (VirtualMachine machine = VirtualMachine.create(backend, configuration)) {
            StringBuilder all = new StringBuilder();
            machine.acpiTables().forEach(table -> all.append(new String(table.bytes(), StandardCharsets.ISO_8859_1)));
            return all.toString();
        }
    }

    @Test
    void acpiTablesNameTheHypervisorAndTheBus() {
        ScriptedBackend with = ScriptedBackend.complete().withSynic().vcpu(Move.powerOff());
        ScriptedBackend without = ScriptedBackend.complete().vcpu(Move.powerOff());
        String all = tables(with, kernel().build());
        // A table begins with its signature, and the field of the FADT is at offset 268.
        assertEquals("Scripted", all.substring(all.indexOf("FACP") + 268, all.indexOf("FACP") + 276));
        assertTrue(all.contains("VMBUS"));
        String none = tables(with, kernel().vmbus(VmbusConfiguration.NONE).build());
        assertTrue(none.contains("Scripted"), "the interfaces are there");
        assertFalse(none.contains("VMBUS"));
        String other = tables(without, kernel().build());
        assertFalse(other.contains("VMBUS"));
        assertEquals("\0".repeat(8), other.substring(other.indexOf("FACP") + 268, other.indexOf("FACP") + 276));
    }

    private static Optional<Node> node(ScriptedBackend backend, GuestConfiguration configuration) {
        try (VirtualMachine machine = VirtualMachine.create(backend, configuration)) {
            return FlatTree.read("tree", machine.deviceTree()).child("vmbus@10000000");
        }
    }

    @Test
    void theDeviceTreeHasTheBusAsItsBindingSays() {
        ScriptedBackend with = ScriptedBackend.complete().withSynic().vcpu(Move.powerOff());
        Node bus = node(with, guest().build()).orElseThrow();
        assertArrayEquals(
                "microsoft,vmbus\0".getBytes(StandardCharsets.US_ASCII),
                bus.properties().get("compatible"));
        assertArrayEquals(new int[] {1, 2, 1}, cells(bus.properties().get("interrupts")), "PPI 2, by its rising edge");
        assertArrayEquals(
                new int[] {0, 0x1000_0000, 0, 0x1000_0000, 0x1000_0000},
                cells(bus.properties().get("ranges")));
        assertTrue(bus.properties().containsKey("dma-coherent"));
        assertTrue(node(with, guest().vmbus(VmbusConfiguration.NONE).build()).isEmpty());
        assertTrue(node(ScriptedBackend.complete().vcpu(Move.powerOff()), guest().build())
                .isEmpty());
    }

    private static int[] cells(byte[] property) {
        int[] cells = new int[property.length / 4];
        ByteBuffer.wrap(property).asIntBuffer().get(cells);
        return cells;
    }
}
