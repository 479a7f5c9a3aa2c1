/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.fuzz;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.backend.xen.event.abi.EventWord;
import io.faultline.backend.xen.event.abi.TwoLevelAbi;
import java.util.BitSet;

/**
 * A guest that behaves: it has an IPI, a channel to itself, and a port that it offers to each hostile guest. Whatever those
 * do, its own events arrive, its ports stay what they are, and it hears of no port that it does not have.
 */
final class GoodGuest {
    private static final int EVENT_CHANNEL_OP = 32;
    private static final int SELF = 0x7FF0;
    private static final long STRUCT = FuzzMachine.HANDLES;
    private static final long BLOCK = FuzzMachine.FRAMES + 0x1000;
    private static final long ARRAY = FuzzMachine.FRAMES + 0x3000;
    /** Two guests may have no channel under the policy silo. */
    private static final long NOT_ALLOWED = -1;

    private static final int LINK = 0x1FFFF;
    private static final int QUEUE = 7;

    private final FuzzMachine machine;
    private final boolean fifo;
    private final BitSet own = new BitSet();
    private final int ipi;
    private final int loop;

    GoodGuest(FuzzMachine machine, int neighbours, boolean fifo) {
        this.machine = machine;
        this.fifo = fifo;
        if (fifo) {
            machine.longs(STRUCT, BLOCK >> 12, 0);
            require(0, call(11, STRUCT));
            machine.longs(STRUCT, ARRAY >> 12);
            require(0, call(12, STRUCT));
        }
        ipi = port(7, 4, 0, 0);
        int offered = port(6, 4, SELF | SELF << 16, 0);
        loop = port(0, 8, SELF, offered, 0);
        own.set(offered);
        for (int i = 0; i < neighbours; i++) {
            machine.longs(STRUCT, SELF | (long) (i + 1) << 16);
            long answer = call(6, STRUCT);
            if (answer == 0) {
                own.set(machine.word(STRUCT + 4));
            } else {
                require(NOT_ALLOWED, answer);
            }
        }
        own.set(ipi);
        own.set(loop);
        take();
    }

    FuzzMachine machine() {
        return machine;
    }

    private static void require(long expected, long found) {
        if (expected != found) {
            throw new FuzzWorld.Broken("a call of the guest that behaves returns " + found);
        }
    }

    private long call(int command, long address) {
        machine.registers(0, EVENT_CHANNEL_OP, command, address, 0, 0, 0);
        machine.vcpu(0).step();
        return machine.vcpu(0).read(CoreRegister.X0);
    }

    private int port(int command, int offset, int... words) {
        for (int i = 0; i < words.length; i++) {
            machine.word(STRUCT + 4L * i, words[i]);
        }
        require(0, call(command, STRUCT));
        return machine.word(STRUCT + offset);
    }

    void check() {
        machine.word(STRUCT, ipi);
        require(0, call(4, STRUCT));
        machine.word(STRUCT, loop);
        require(0, call(4, STRUCT));
        BitSet heard = take();
        if (!heard.get(ipi) || !heard.get(own.nextSetBit(ipi + 1))) {
            throw new FuzzWorld.Broken("the guest that behaves sent an event to itself and hears only of " + heard);
        }
        heard.andNot(own);
        if (!heard.isEmpty()) {
            throw new FuzzWorld.Broken("the guest that behaves hears of ports that it does not have: " + heard);
        }
        if (machine.insides().ports.open() != own.cardinality() + 2) {
            throw new FuzzWorld.Broken(
                    "the guest that behaves has " + machine.insides().ports.open() + " ports");
        }
        long touched = machine.touched();
        if (touched >= 0) {
            throw new FuzzWorld.Broken(
                    "the guest that behaves has something written at 0x" + Long.toHexString(touched));
        }
    }

    /** Takes what is pending. */
    private BitSet take() {
        BitSet heard = new BitSet();
        long info = machine.insides().domain.sharedInfo().physical();
        boolean upcall = (machine.word(info) & 1) != 0;
        machine.word(info, machine.word(info) & ~1);
        if (!upcall) {
            return heard;
        }
        if (fifo) {
            takeQueue(heard);
        } else {
            for (int word = 0; word < 64; word++) {
                long pending = info + TwoLevelAbi.PENDING + 8L * word;
                BitSet bits = BitSet.valueOf(new long[] {machine.ram().load(pending, AccessWidth.DOUBLEWORD)});
                for (int bit = bits.nextSetBit(0); bit >= 0; bit = bits.nextSetBit(bit + 1)) {
                    heard.set(64 * word + bit);
                }
                machine.longs(pending, 0);
            }
            machine.longs(info + TwoLevelAbi.SELECTOR, 0);
        }
        return heard;
    }

    private void takeQueue(BitSet heard) {
        boolean ready = (machine.word(BLOCK) & 1 << QUEUE) != 0;
        machine.word(BLOCK, 0);
        int port = ready ? machine.word(BLOCK + 8 + 4 * QUEUE) : 0;
        for (int i = 0; port != 0 && i <= 1024; i++) {
            int word = machine.word(ARRAY + 4L * (port & 1023));
            machine.word(ARRAY + 4L * (port & 1023), word & ~(EventWord.PENDING | EventWord.LINKED | LINK));
            heard.set(port);
            port = word & LINK;
        }
    }
}
