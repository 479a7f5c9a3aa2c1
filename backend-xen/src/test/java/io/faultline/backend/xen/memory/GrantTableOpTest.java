/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.memory;

import static io.faultline.backend.xen.memory.MemoryRig.AT;
import static io.faultline.backend.xen.memory.MemoryRig.SELF;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.faultline.api.error.HypervisorException;
import io.faultline.api.state.StateValue;
import io.faultline.backend.xen.ring.FakeCaller;
import io.faultline.backend.xen.ring.Pages;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The grant table of a guest that nobody maps anything of. */
class GrantTableOpTest {
    private final MemoryRig rig = new MemoryRig();
    private final FakeCaller caller = rig.caller;

    private long call(int command, int count) {
        return rig.call(rig.grant, command, AT, count);
    }

    @ParameterizedTest
    @CsvSource({"0x7FF0, 0, 1", "5, 0, 1", "7, -8, 165", "0, -8, 165", "9, -2, 165"})
    void theSizeCanBeAsked(String domain, int status, int frames) {
        caller.dirty().put16(AT, Integer.decode(domain));
        assertEquals(0, call(6, 1));
        assertEquals(status, caller.get16(AT + 12));
        assertEquals(frames, caller.get32(AT + 4) & 0xFF);
        assertEquals(status == 0 ? 4 : 165, caller.get32(AT + 8) & 0xFF);
    }

    @Test
    void theSizeGrows() {
        rig.add(SELF, 1, 1, 0x38001);
        caller.put16(AT, SELF);
        call(6, 1);
        assertEquals(2, caller.get32(AT + 4));
    }

    @ParameterizedTest
    @CsvSource({"1, 0, 1", "2, -38, 1", "0, -22, 1", "3, -22, 1", "-1, -22, 1"})
    void versionTwoIsNotThere(int version, long result, int written) {
        caller.put32(AT, version);
        assertEquals(result, call(8, 1));
        assertEquals(written, caller.get32(AT));
    }

    @ParameterizedTest(name = "command {0}, count {1}")
    @CsvSource({
        "3, 1, -38",
        "4, 1, -38",
        "13, 1, -38",
        "0xFFF, 1, -38",
        "0x1006, 1, -22",
        "-1, 1, -22",
        "6, 0, -22",
        "6, 2, -22",
        "2, 2, -22",
        "9, 0, -22",
        "0, 0, 0",
        "5, 0, 0",
        "12, 0, 0",
        "0x100C, 0, 0",
        "6, -1, -22",
        "0, -1, -22",
        "8, 0, -22",
    })
    void aCommandIsChecked(String command, int count, long result) {
        assertEquals(result, call(Integer.decode(command), count));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5, 6, 7, 8, 9, 10, 11, 12})
    void aBadPointerIsAFault(int command) {
        assertEquals(-14, rig.call(rig.grant, command, 0, 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5, 6, 7, 9, 10, 11, 12})
    void aStructureThatCannotBeWrittenIsAFault(int command) {
        caller.put16(FakeCaller.READ_ONLY, 5);
        assertEquals(-14, rig.call(rig.grant, command, FakeCaller.READ_ONLY, 1));
    }

    @Test
    void nothingCanBeMappedOrCopied() {
        caller.put16(AT + 16, 7).put16(AT + 48, 9).put16(AT + 80, SELF).put16(AT + 112, 5);
        assertEquals(0, call(0, 4));
        assertEquals(-8, caller.get16(AT + 18));
        assertEquals(-2, caller.get16(AT + 50));
        assertEquals(-2, caller.get16(AT + 82));
        assertEquals(-8, caller.get16(AT + 114));
        assertEquals(0, call(1, 1));
        assertEquals(-4, caller.get16(AT + 20));
        assertEquals(0, call(7, 1));
        assertEquals(-4, caller.get16(AT + 28));
        caller.put16(AT + 8, 7).put16(AT + 24, SELF);
        assertEquals(0, call(5, 1));
        assertEquals(-8, caller.get16(AT + 36));
        caller.put16(AT + 8, SELF).put16(AT + 24, 9);
        assertEquals(0, call(5, 1));
        assertEquals(-2, caller.get16(AT + 36));
    }

    @Test
    void theTableCanBeSetUpByAList() {
        rig.add(SELF, 1, 1, 0x38001);
        caller.put16(AT, SELF).put32(AT + 4, 3).put64(AT + 16, AT + 0x100);
        assertEquals(0, call(2, 1));
        assertEquals(0, caller.get16(AT + 8));
        assertEquals(-1, caller.get64(AT + 0x100));
        assertEquals(0x38001, caller.get64(AT + 0x108));
        assertEquals(-1, caller.get64(AT + 0x110));
        assertEquals(3, rig.grants.size());
        caller.put32(AT + 4, 5);
        assertEquals(0, call(2, 1));
        assertEquals(-1, caller.get16(AT + 8));
        caller.put32(AT + 4, -1);
        assertEquals(0, call(2, 1));
        assertEquals(-1, caller.get16(AT + 8));
        caller.put16(AT, 9);
        assertEquals(0, call(2, 1));
        assertEquals(-2, caller.get16(AT + 8));
        caller.put16(AT, SELF).put32(AT + 4, 1).put64(AT + 16, 0);
        assertEquals(-14, call(2, 1));
    }

    @Test
    void thereAreNoStatusFrames() {
        caller.put16(AT + 4, SELF);
        assertEquals(0, call(9, 1));
        assertEquals(-1, caller.get16(AT + 6));
        caller.put16(AT + 4, 7);
        assertEquals(0, call(9, 1));
        assertEquals(-8, caller.get16(AT + 6));
    }

    @Test
    void theVersionIsOne() {
        caller.put16(AT, SELF);
        assertEquals(0, call(10, 1));
        assertEquals(1, caller.get32(AT + 4));
        caller.put16(AT, 7);
        assertEquals(-1, call(10, 1));
        caller.put16(AT, 9);
        assertEquals(-3, call(10, 1));
    }

    @Test
    void entriesCanBeExchanged() {
        rig.grantFrames[0].store64(8 * 9, 0x1111);
        rig.grantFrames[1].store64(8 * 3, 0x2222);
        caller.put32(AT, 9).put32(AT + 4, 512 + 3);
        assertEquals(0, call(11, 1));
        assertEquals(-3, caller.get16(AT + 8), "the second frame is not there yet");
        rig.add(SELF, 1, 1, 0x38001);
        caller.put32(AT, 9).put32(AT + 4, 512 + 3);
        assertEquals(0, call(11, 1));
        assertEquals(0, caller.get16(AT + 8));
        assertEquals(0x2222, rig.grantFrames[0].load64(8 * 9));
        assertEquals(0x1111, rig.grantFrames[1].load64(8 * 3));
        caller.put32(AT, -1);
        call(11, 1);
        assertEquals(-3, caller.get16(AT + 8));
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 1, 0", "0, 64, 0, 0", "0, 64, 1, -1", "4096, 1, 1, -22", "4000, 97, 1, -22", "0, 4097, 1, -22"})
    void cachesCanBeFlushedOfOwnFramesOnly(int offset, int length, int operation, long result) {
        caller.put16(AT + 8, offset).put16(AT + 10, length).put32(AT + 12, operation);
        assertEquals(result, call(12, 1));
    }

    @Test
    void aLongListIsDoneInParts() {
        caller.patience(3);
        for (int i = 0; i < 100; i++) {
            caller.put16(AT + 32 * i + 16, 7);
        }
        assertEquals(0, call(0, 100));
        for (int i = 0; i < 100; i++) {
            assertEquals(-8, caller.get16(AT + 32 * i + 18));
        }
        assertEquals(34, caller.parts());
    }

    @Test
    void anyStructureIsAnsweredWithoutHarm() {
        Random random = new Random(10);
        for (int round = 0; round < 20000; round++) {
            for (int i = 0; i < 128; i += 8) {
                caller.put64(AT + i, random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(0x8000));
            }
            rig.call(rig.grant, random.nextInt(14), AT, random.nextInt(4));
        }
    }

    @Test
    void theSizeIsSaved() {
        rig.add(SELF, 1, 2, 0x38001);
        Map<String, StateValue> saved = Pages.save(rig.grants);
        rig.grants.reset();
        assertEquals(1, rig.grants.size());
        Pages.restore(rig.grants, saved);
        assertEquals(3, rig.grants.size());
        Map<String, StateValue> broken = Map.of("grant-table/frames", new StateValue.Word(5));
        assertThrows(HypervisorException.class, () -> Pages.restore(rig.grants, broken));
    }
}
