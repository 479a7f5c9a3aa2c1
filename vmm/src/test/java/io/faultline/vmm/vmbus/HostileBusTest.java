/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.vmbus;

import static io.faultline.vmm.vmbus.BusRig.RAM;
import static io.faultline.vmm.vmbus.BusRig.RINGS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.memory.PageResidency;
import io.faultline.api.synic.SynicStatus;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Random requests, half of them nearly right, by a guest that also writes into its rings and loses pages. */
class HostileBusTest {
    private static final int[] TYPES = {3, 5, 7, 8, 9, 11, 13, 14, 16, 22};
    private static final int[] LENGTHS = {8, 148, 12, 36, 24, 16, 12, 40, 8, 16};
    private static final int[] ODD = {0, 1, 2, 3, 4, 5, 7, 8, -1, 0x5_0003, 0x4_0001, 0xFFFF, 0x7FFF_FFFF, 4096, 12288};

    private static final Set<SynicStatus> EXPECTED = EnumSet.of(
            SynicStatus.SUCCESS,
            SynicStatus.INVALID_PARAMETER,
            SynicStatus.INVALID_VP_INDEX,
            SynicStatus.INSUFFICIENT_BUFFERS);

    private final Random random = new Random(0x5EED);
    private BusRig rig = BusRig.open();

    private int odd() {
        return random.nextInt(8) == 0 ? random.nextInt() : ODD[random.nextInt(ODD.length)];
    }

    private byte[] request() {
        int kind = random.nextInt(TYPES.length);
        int bytes = random.nextInt(4) == 0 ? random.nextInt(241) : LENGTHS[kind];
        ByteBuffer message = ByteBuffer.allocate(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at + 4 <= bytes; at += 4) {
            message.putInt(at, at == 0 && random.nextInt(20) != 0 ? TYPES[kind] : odd());
        }
        if (kind == 3 && bytes == 36 && random.nextBoolean()) {
            message.putInt(8, 1).putShort(16, (short) 16).putShort(18, (short) 1);
            message.putLong(20, 4096).putLong(28, (RAM >> 12) + random.nextInt(4));
        }
        return message.array();
    }

    private void disturbRings() {
        switch (random.nextInt(6)) {
            case 0 -> rig.field(random.nextInt(2), 4 * random.nextInt(4), odd());
            case 1 -> rig.machine.memory().write(RINGS + random.nextInt(8 * 4096 - 4), new byte[] {(byte) odd()});
            case 2 -> rig.signal();
            case 3 -> {
                long page = RINGS + 4096L * random.nextInt(8);
                byte[] content = rig.machine.faults().evict(page);
                rig.server.exchange();
                rig.machine.faults().complete(page, content);
            }
            case 4 -> {
                // A well-behaved moment, so that rings do not stay broken.
                for (int field = 0; field < 16; field += 4) {
                    rig.field(0, field, 0);
                    rig.field(1, field, 0);
                }
                rig.connect(random.nextInt(BusRig.VCPUS));
                rig.offers();
                assertEquals(0, rig.share(1, 5, BusRig.range(RINGS, 8)));
                assertEquals(0, rig.open(1, 5, 1, 4));
            }
            default -> rig.server.exchange();
        }
    }

    @Test
    void nothingThatAGuestSendsBreaksTheBus() {
        for (int round = 0; round < 60_000; round++) {
            int connection = random.nextBoolean() ? 4 : 1;
            SynicStatus status = rig.synic.post(connection, random.nextInt(50) == 0 ? 2 : 1, request());
            assertTrue(EXPECTED.contains(status), status.toString());
            for (int i = random.nextInt(3); i > 0; i--) {
                rig.synic.take(random.nextInt(BusRig.VCPUS), random.nextInt(16));
            }
            if (random.nextInt(4) == 0) {
                drain();
                disturbRings();
                assertEquals(PageResidency.RESIDENT, rig.machine.memory().residency(RINGS));
            }
            rig.server.exchange();
            assertTrue(rig.server.waiting() <= Outbox.MOST);
            assertTrue(rig.server.lists() <= GpadlTable.MOST);
            if (round % 1000 == 0) {
                rig = rig.moved();
            }
        }
        drain();
        assertEquals(VmbusVersion.V5_3, rig.connect(0), "a guest that behaves gets on");
        assertEquals(1, rig.offers().size());
    }

    private void drain() {
        for (int vcpu = 0; vcpu < BusRig.VCPUS; vcpu++) {
            while (rig.synic.take(vcpu, 2).isPresent()) {
                rig.server.exchange();
            }
        }
    }
}
