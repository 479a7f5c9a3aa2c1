/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.hwmodel.Guest;
import io.faultline.hwmodel.Programs;
import io.faultline.hwmodel.memory.GuestRam;
import io.faultline.hwmodel.memory.RamRegion;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Decoded code follows what is written, whoever writes it. */
class CodeCacheTest {
    private static final int MOV_X2_9 = 0xd2800122;

    @Test
    void codeThatTheGuestWritesIsExecuted() {
        assertEquals(9, Guest.running("modify").x(0, MOV_X2_9).finish().x(2));
    }

    @Test
    void aStoreToAnInstructionFurtherOnInTheSameBlockIsSeen() {
        assertEquals(9, Guest.running("modify_ahead").x(0, MOV_X2_9).finish().x(2));
    }

    @Test
    void aBlockThatDiscardsItselfWithItsLastInstructionKeepsToItsBudget() {
        Guest guest = Guest.running("stop");
        for (int i = 0; i < 80; i++) {
            guest.load(Guest.DATA + 4L * i, Programs.word("nop"));
        }
        guest.load(Guest.DATA + 4 * (Block.LIMIT - 1), Programs.word("str w1, [x2]"));
        guest.x(1, Programs.word("nop")).x(2, Guest.DATA).write(CoreRegister.PC, Guest.DATA);
        guest.pe().run(Block.LIMIT);

        assertEquals(Block.LIMIT, guest.pe().retired());
        assertEquals(Guest.DATA + 4 * Block.LIMIT, guest.pe().pc());
        guest.pe().run(3);
        assertEquals(Block.LIMIT + 3, guest.pe().retired());
    }

    @Test
    void singleStepsSeeTheSame() {
        Guest guest = Guest.running("modify_ahead").x(0, MOV_X2_9);
        while (guest.traps.isEmpty()) {
            guest.pe().step();
        }

        assertEquals(9, guest.x(2));
    }

    @Test
    void codeThatTheHostWritesIsExecuted() {
        Guest guest = Guest.running("modify").x(0, MOV_X2_9).finish();
        guest.load(Guest.CODE, Programs.word("mov x2, #5"), Programs.word("hvc #0"));
        guest.write(CoreRegister.PC, Guest.CODE);

        assertEquals(5, guest.finish().x(2));
    }

    @Test
    void aPageThatIsReplacedHasNewCode() {
        Guest guest = Guest.running("stop");
        guest.load(Guest.DATA, Programs.word("mov x2, #5"), Programs.word("hvc #0"));
        guest.write(CoreRegister.PC, Guest.DATA);
        guest.finish();
        byte[] page = new byte[4096];
        guest.hardware.ram().read(Guest.DATA, page, 0, page.length);
        guest.hardware.ram().makeAbsent(Guest.DATA);
        page[0] = 0x22;
        page[1] = 0x01;
        guest.hardware.ram().makeResident(Guest.DATA, page);
        guest.write(CoreRegister.PC, Guest.DATA);

        assertEquals(9, guest.finish().x(2));
    }

    @Test
    void dataNextToCodeMayBeWritten() {
        Guest guest = Guest.running("data_in_code").x(0, 500).finish();

        assertEquals(500, guest.x(2));
    }

    @Test
    void aWriteToDataKeepsBlocksAndAWriteToCodeDiscardsThem() {
        GuestRam ram = new GuestRam(List.of(new RamRegion(0, 0x1000)));
        CodeCache cache = new CodeCache(ram);
        ram.store(0, AccessWidth.WORD, Programs.word("nop"));
        ram.store(4, AccessWidth.WORD, Programs.word("hvc #0"));
        CodePage page = cache.page(ram.page(0));
        Block block = page.block(0);
        assertEquals(2, block.length);
        assertEquals(2, cache.size());

        ram.store(8, AccessWidth.WORD, 1);
        assertSame(block, page.block(0));

        ram.store(7, AccessWidth.BYTE, 0);
        assertNotSame(block, page.block(0));
        assertEquals(Op.STALE, block.code[0]);
    }

    @Test
    void theCacheIsBounded() {
        GuestRam ram = new GuestRam(List.of(new RamRegion(0, 40 * 0x1000)));
        CodeCache cache = new CodeCache(ram);
        int most = 0;
        for (long address = 0; address < 40 * 0x1000; address += 4) {
            if ((address & 0xFFF) == 0) {
                byte[] nops = new byte[4096];
                for (int i = 0; i < nops.length; i += 4) {
                    nops[i] = 0x1f;
                    nops[i + 1] = 0x20;
                    nops[i + 2] = 0x03;
                    nops[i + 3] = (byte) 0xd5;
                }
                ram.write(address, nops, 0, nops.length);
            }
            cache.page(ram.page(address)).block(address);
            most = Math.max(most, cache.size());
        }

        assertTrue(most > 1_900_000 && most <= 2_000_000, "at most " + most);
        assertTrue(cache.size() < most, "it was emptied once");
    }
}
