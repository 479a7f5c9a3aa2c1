/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.synic.MessagePort;
import io.faultline.api.synic.SynicStatus;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.hyperv.synic.Interleaving;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What sending costs besides what it is for: nothing is looked up in memory by its address beyond the parameters of the call,
 * and nothing is allocated, however many vCPUs there are and however many messages wait.
 */
class SendPathTest {
    private static final int ROUNDS = 500;
    private static final int SENDS = 4000;
    private static final int SOURCE = 2;
    private static final long LOOP = HypervRig.RAM + 0x5000;
    private static final int STORE_ZERO_WORD = 0xB900_001F;
    private static final int STORE_ZERO = 0xF900_001F;
    private static final int XZR = 31;

    private final List<Host> hosts = new ArrayList<>();

    private final class Capturing extends AbstractModule {
        @Provides
        Interleaving interleaving(Host host) {
            if (!host.isRehearsal()) {
                hosts.add(host);
            }
            return Interleaving.NONE;
        }
    }

    private static int move(int to, int from) {
        return 0xAA00_03E0 | from << 16 | to;
    }

    /** Posts, takes the message and writes EOM; or signals and clears the flag. Returns the instructions of a round. */
    private static int program(HypervRig rig, boolean isMessages) {
        List<Integer> code = new ArrayList<>(List.of(move(0, 19), move(1, 21), move(2, 22), HypervRig.hvc(0)));
        code.add((isMessages ? STORE_ZERO_WORD : STORE_ZERO) | 20 << 5);
        if (isMessages) {
            for (int i = 0; i < 7; i++) {
                code.add(i == 0 ? move(0, 19) : i < 5 ? move(i, 22 + i) : move(i, XZR));
            }
            code.add(HypervRig.hvc(0));
        }
        code.add(0x1400_0000 | -code.size() & 0x3FF_FFFF);
        rig.words(LOOP, code.stream().mapToInt(Integer::intValue).toArray());
        long last = isMessages ? HypervRig.slot(0, SOURCE) : HypervRig.siefp(0) + 256 * SOURCE;
        long[] values = {
            0x4600_0001L,
            last,
            isMessages ? 0x5C : 0x5D | HypervRig.FAST,
            isMessages ? HypervRig.INPUT : 1,
            HypervRig.SET | HypervRig.FAST | HypervRig.ONE,
            HypervRig.SELF,
            HypervRig.SELF_VP,
            SynicRig.EOM
        };
        for (int i = 0; i < values.length; i++) {
            rig.vcpu(0).write(CoreRegister.x(19 + i), values[i]);
        }
        rig.vcpu(0).write(CoreRegister.PC, LOOP);
        return code.size();
    }

    private HypervRig sending(int vcpus, int waiting, int ports, boolean isMessages) {
        HypervRig rig = new HypervRig(HypervRig.open(Map.of(), new Capturing()), vcpus).identified();
        rig.synic(0, SOURCE, 18);
        var synic = rig.machine.syntheticInterrupts().orElseThrow();
        MessagePort port = synic.createMessagePort(1, 0, SOURCE);
        for (int i = 2; i < ports; i++) {
            synic.connect(i, synic.createMessagePort(i, vcpus - 1, SOURCE));
        }
        if (isMessages) {
            synic.connect(1, port);
            for (int i = 0; i < waiting; i++) {
                assertEquals(SynicStatus.SUCCESS, port.post(5, new byte[240]));
            }
        } else {
            synic.connect(1, synic.createEventPort(0xFF_FFFF, 0, SOURCE, 0, 64));
        }
        rig.words(HypervRig.INPUT, 1, 0, 7, 240);
        return rig;
    }

    private long searches(HypervRig rig, int instructions, int rounds) {
        Host host = hosts.get(0);
        long before = host.ram().searches();
        rig.run(0, (long) instructions * rounds);
        return host.ram().searches() - before;
    }

    @ParameterizedTest
    @CsvSource({"1, 0, 1, true", "1, 14, 1, true", "64, 14, 1000, true", "1, 0, 1, false", "64, 0, 1000, false"})
    void aSendSearchesForItsParametersAlone(int vcpus, int waiting, int ports, boolean isMessages) {
        HypervRig rig = sending(vcpus, waiting, ports, isMessages);
        int instructions = program(rig, isMessages);
        rig.run(0, 2L * ROUNDS * instructions);
        assertEquals(0, rig.x(0) & 0xFFFF);
        long ofOne = searches(rig, instructions, 1);
        long ofMany = searches(rig, instructions, ROUNDS);
        // The parameters of a post are in memory, wherever the caller has them: found and read.
        long each = isMessages ? 3 : 0;
        assertTrue(ofMany - ofOne <= each * (ROUNDS - 1), (ofMany - ofOne) + " searches");
    }

    @ParameterizedTest
    @CsvSource({"1, 0, 1, true", "2, 14, 100, true", "1, 0, 1, false", "2, 0, 100, false"})
    void aGuestThatSendsAllocatesNothing(int vcpus, int waiting, int ports, boolean isMessages) {
        HypervRig rig = sending(vcpus, waiting, ports, isMessages);
        int instructions = program(rig, isMessages);
        rig.run(0, 2L * ROUNDS * instructions);
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        RunBudget budget = RunBudget.instructions((long) instructions * SENDS);
        long least = Long.MAX_VALUE;
        // A run allocates a little, such as its exit. One object for each send would be 16 bytes for each.
        for (int attempt = 0; attempt < 20 && least >= SENDS; attempt++) {
            long before = threads.getThreadAllocatedBytes(id);
            rig.vcpu(0).run(budget);
            least = Math.min(least, threads.getThreadAllocatedBytes(id) - before);
        }
        assertTrue(least < SENDS, least + " bytes for " + SENDS + " sends");
    }
}
