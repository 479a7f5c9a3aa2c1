/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateValue;
import io.faultline.api.state.StateWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GuestStateTest {
    private static final MachineShape SHAPE = new MachineShape(
            3,
            List.of(new MemoryRegion(0, 0x1000, false), MemoryRegion.ram(0x4000_0000L, 0x10_0000)),
            ExceptionLevel.EL2,
            77,
            -5);
    private static final GuestState STATE = new GuestState(
            SHAPE,
            new SavedState("scripted", 4, Map.of("a", new StateValue.Word(1))),
            Map.of("uart/sent", new StateValue.Word(2)));

    private static HypervisorException refusal(byte[] bytes) {
        HypervisorException refused = assertThrows(HypervisorException.class, () -> GuestState.fromBytes(bytes));
        assertEquals(ErrorId.INVALID_STATE, refused.id());
        return refused;
    }

    private static byte[] withShape(int vcpus, long level, long... memory) {
        StateWriter writer = new StateWriter();
        writer.word("vcpus", vcpus);
        writer.word("level", level);
        writer.word("epoch", 0);
        writer.word("seed", 0);
        writer.flag("error-event", false);
        writer.words("memory", memory);
        StateWriter outer = new StateWriter();
        writer.values().forEach((name, value) -> {
            if (value instanceof StateValue.Word word) {
                outer.section("shape").word(name, word.value());
            } else if (value instanceof StateValue.Words words) {
                outer.section("shape").words(name, words.value());
            }
        });
        outer.bytes("machine", STATE.machine().toBytes());
        outer.bytes("devices", new SavedState("vmm", 1, Map.of()).toBytes());
        return new SavedState("vmm", 1, outer.values()).toBytes();
    }

    @Test
    void survivesItsBytes() {
        assertEquals(STATE, GuestState.fromBytes(STATE.toBytes()));
    }

    @Test
    void noPartCanBeCutOffOrChanged() {
        byte[] bytes = STATE.toBytes();
        for (int length = 0; length < bytes.length; length++) {
            refusal(Arrays.copyOf(bytes, length));
        }
        for (int i = 0; i < bytes.length; i++) {
            byte[] damaged = bytes.clone();
            damaged[i] ^= 1;
            refusal(damaged);
        }
    }

    @Test
    void refusesStatesOfOthers() {
        assertTrue(refusal(STATE.machine().toBytes()).getMessage().contains("is of scripted in version 4"));
    }

    @Test
    void refusesShapesThatCannotBe() {
        assertEquals(
                1, GuestState.fromBytes(withShape(1, 1, 0, 0x1000, 1)).shape().vcpus());
        refusal(withShape(0, 1, 0, 0x1000, 1));
        refusal(withShape(513, 1, 0, 0x1000, 1));
        refusal(withShape(1, 0, 0, 0x1000, 1));
        refusal(withShape(1, 3, 0, 0x1000, 1));
        refusal(withShape(1, 1));
        refusal(withShape(1, 1, 0, 0x1000));
        refusal(withShape(1, 1, 0, 0x1001, 1));
        refusal(withShape(1, 1, -0x1000, 0x1000, 1));
        refusal(withShape(1, 1, 0, 1L << 47, 1));
        refusal(withShape(1, 1, 0, 0x2000, 1, 0x1000, 0x1000, 1));
        refusal(withShape(1, 1, new long[3 * 17]));
    }

    @Test
    void aMachineThatIsTooLargeDoesNotMove() {
        assertTrue(SHAPE.obstacle().isEmpty());
        MachineShape large = new MachineShape(
                1, List.of(MemoryRegion.ram(0, MachineShape.MOST_BYTES + 0x1000)), ExceptionLevel.EL1, 0, 0);
        assertEquals(
                "65536 MiB of memory are more than 65536 MiB", large.obstacle().orElseThrow());
        List<MemoryRegion> many = new ArrayList<>();
        for (int i = 0; i <= MachineShape.MOST_REGIONS; i++) {
            many.add(MemoryRegion.ram(0x1000L * i, 0x1000));
        }
        assertEquals(
                "17 regions of memory are not 1 to 16",
                new MachineShape(1, many, ExceptionLevel.EL1, 0, 0).obstacle().orElseThrow());
    }
}
