/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm;

import static io.faultline.api.arm64.AccessWidth.BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.machine.PlatformNode;
import io.faultline.vmm.image.ImageFile;
import io.faultline.vmm.scripted.Move;
import io.faultline.vmm.scripted.ScriptedBackend;
import io.faultline.vmm.scripted.ScriptedConsole;
import io.faultline.vmm.tree.FlatTree;
import io.faultline.vmm.tree.Node;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A console that the hypervisor gives to the guest, on the streams of the host. */
class HypervisorConsoleTest {
    private static final long UART = 0x0900_0000L;

    private final ScriptedConsole console = new ScriptedConsole();
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();

    private static GuestConfiguration.Builder guest() {
        return GuestConfiguration.of(ImageFile.parse(
                        "guest.bin", new byte[4], OptionalLong.of(GuestConfiguration.RAM_BASE + 0x1000)))
                .ramBytes(0x10_0000);
    }

    private static InputStream input(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Runs a guest that does something, computes, and turns off. */
    private String run(Runnable act, OutputStream to, InputStream from, Move... moves) {
        Move first = (vcpu, budget) -> {
            act.run();
            return Move.spin().make(vcpu, budget);
        };
        Move[] all = new Move[moves.length + 1];
        all[0] = first;
        System.arraycopy(moves, 0, all, 1, moves.length);
        ScriptedBackend backend = ScriptedBackend.complete().vcpu(all).console(console);
        try (VirtualMachine machine =
                VirtualMachine.create(backend, guest().console(to, from).build())) {
            return machine.run().message();
        }
    }

    @Test
    void whatTheGuestSendsIsOnTheHostsOutputEvenIfItTurnsOffAtOnce() {
        run(() -> console.send("bye"), output, input(""), Move.powerOff());
        assertEquals("bye", output.toString(StandardCharsets.UTF_8));
    }

    @Test
    void bothConsolesOfAGuestReachTheHost() {
        run(() -> console.send("A"), output, input(""), Move.write(UART, BYTE, 'B'), Move.powerOff());
        assertTrue(output.toString(StandardCharsets.UTF_8).contains("A"));
        assertTrue(output.toString(StandardCharsets.UTF_8).contains("B"));
    }

    @Test
    void inputGoesToTheSerialPortUntilTheGuestUsesTheConsole() {
        run(() -> {}, output, input("x"), Move.spin(), Move.powerOff());
        assertEquals("", console.received());
    }

    @Test
    void aGuestThatListensGetsTheInput() {
        run(() -> console.listen(100), output, input("typed"), Move.spin(), Move.spin(), Move.powerOff());
        assertEquals("typed", console.received());
    }

    @Test
    void whatTheGuestHasNoRoomForIsOfferedAgain() {
        run(
                () -> console.listen(2),
                output,
                input("typed"),
                Move.spin(),
                Move.spin(),
                (vcpu, budget) -> {
                    assertEquals("ty", console.received());
                    console.listen(100);
                    return Move.spin().make(vcpu, budget);
                },
                Move.spin(),
                Move.powerOff());
        assertEquals("typed", console.received());
    }

    @Test
    void aGuestThatWaitsGetsWhatIsTypedMeanwhile() {
        Move waits = Move.waitUntil(() -> !console.received().isEmpty(), OptionalLong.empty());
        InputStream late = new InputStream() {
            private boolean typed;

            @Override
            public int read() {
                boolean before = typed;
                typed = true;
                return before ? -1 : 'k';
            }
        };
        run(() -> console.listen(100), output, late, waits, Move.powerOff());
        assertEquals("k", console.received());
    }

    private void waitsForEver(int room, InputStream from) {
        Move waits = Move.waitUntil(() -> !console.received().isEmpty(), OptionalLong.empty());
        assertTrue(run(() -> console.listen(room), output, from, waits).contains("waits for ever"));
    }

    @Test
    void aGuestThatWaitsForInputThatHasEndedEnds() {
        waitsForEver(100, input(""));
    }

    @Test
    void aGuestThatWaitsWithoutRoomForInputEnds() {
        waitsForEver(0, input("kk"));
    }

    @Test
    void anInputThatFailsHasEnded() {
        waitsForEver(100, broken());
    }

    private static InputStream broken() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("gone");
            }

            @Override
            public int available() throws IOException {
                throw new IOException("gone");
            }
        };
    }

    @Test
    void anOutputThatCannotBeWrittenEndsTheRun() {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("full");
            }
        };
        assertThrows(UncheckedIOException.class, () -> run(() -> console.send("x"), full, input(""), Move.powerOff()));
    }

    @Test
    void theTreeHasWhatTheHypervisorAdds() {
        TreeMap<String, byte[]> properties = new TreeMap<>();
        properties.put("compatible", "style,backend\0".getBytes(StandardCharsets.UTF_8));
        ScriptedBackend backend =
                ScriptedBackend.complete().vcpu(Move.powerOff()).node(new PlatformNode("hypervisor", properties));
        try (VirtualMachine machine = VirtualMachine.create(backend, guest().build())) {
            Node root = FlatTree.read("guest", machine.deviceTree());
            Node node = root.child("hypervisor").orElseThrow();
            assertEquals("style,backend\0", new String(node.properties().get("compatible"), StandardCharsets.UTF_8));
        }
        ScriptedBackend plain = ScriptedBackend.complete().vcpu(Move.powerOff());
        try (VirtualMachine machine = VirtualMachine.create(plain, guest().build())) {
            assertFalse(FlatTree.read("guest", machine.deviceTree())
                    .child("hypervisor")
                    .isPresent());
        }
    }
}
