/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.inject.AbstractModule;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.backend.core.machine.Host;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A machine with any number of vCPUs and ports, each vCPU with what it needs to be told of events. */
final class EventRig {
    static final long ARRAY = XenRig.RAM + 0x20_0000;
    static final long BLOCKS = XenRig.RAM + 0x30_0000;
    static final long INFOS = XenRig.RAM + 0x32_0000;
    static final long SHARED = XenRig.RAM + 0x34_0000;
    static final int BLOCK_STRIDE = 128;
    static final int INFO_STRIDE = 64;

    private static final long LOOP = XenRig.RAM + 0x6000;
    private static final int INSTRUCTIONS = 6;
    private static final int SEND = 4;
    private static final int PRIORITY = 7;
    private static final int PORTS_PER_PAGE = 1024;

    /** Gets hold of the machine. */
    private static final class Parts extends AbstractModule {
        @Inject
        private @Nullable Host host;

        @Override
        protected void configure() {
            requestInjection(this);
        }
    }

    final XenRig rig;
    final Host host;
    private final boolean fifo;

    private EventRig(XenRig rig, Host host, boolean fifo) {
        this.rig = rig;
        this.host = host;
        this.fifo = fifo;
    }

    /** Builds a machine in which nothing is set up yet. */
    static EventRig bare(int vcpus, boolean fifo, int highestPort) {
        Parts parts = new Parts();
        XenRig rig = new XenRig(
                XenBackends.open(
                        BackendConfiguration.of(
                                new XenBackendProvider().descriptor(),
                                Map.of(
                                        "xen.vcpu-limit", Integer.toString(vcpus),
                                        "xen.max-ports", Integer.toString(highestPort))),
                        parts),
                vcpus);
        return new EventRig(rig, Objects.requireNonNull(parts.host), fifo);
    }

    /** Builds a machine with every port in use; the last belongs to the last vCPU. */
    static EventRig of(int vcpus, boolean fifo, int ports) {
        EventRig made = bare(vcpus, fifo, ports);
        made.setUp(vcpus, ports);
        return made;
    }

    private void setUp(int vcpus, int ports) {
        assertEquals(0, rig.sharedInfo(SHARED));
        for (int vcpu = 0; vcpu < vcpus; vcpu++) {
            rig.longs(XenRig.DATA, info(vcpu) >> 12, info(vcpu) & 0xFFF);
            assertEquals(0, rig.call(XenRig.VCPU_OP, 10, vcpu, XenRig.DATA));
            if (fifo) {
                long block = BLOCKS + (long) BLOCK_STRIDE * vcpu;
                rig.longs(XenRig.DATA, block >> 12, block & 0xFFF | (long) vcpu << 32);
                assertEquals(0, rig.call(XenRig.EVENT_CHANNEL_OP, 11, XenRig.DATA));
            }
            // What registering leaves.
            rig.longs(info(vcpu), 0, 0);
        }
        for (int page = 0; fifo && page <= ports / PORTS_PER_PAGE; page++) {
            rig.longs(XenRig.DATA, (ARRAY >> 12) + page);
            assertEquals(0, rig.call(XenRig.EVENT_CHANNEL_OP, 12, XenRig.DATA));
        }
        // The toolstack has made the first two.
        for (int port = 3; port <= ports; port++) {
            assertEquals(port, rig.ipi(port == ports ? vcpus - 1 : port % vcpus));
        }
    }

    static long info(int vcpu) {
        return INFOS + (long) INFO_STRIDE * vcpu;
    }

    /** Where it says which queue of a vCPU is not empty, or which words of the pending bits. */
    long selector(int vcpu) {
        return fifo ? BLOCKS + (long) BLOCK_STRIDE * vcpu : info(vcpu) + 8;
    }

    /** What stands there when a port is pending that nobody gave a priority. */
    long selected(int port) {
        return fifo ? 1 << PRIORITY : 1L << port / 64;
    }

    long pending(int port) {
        return fifo ? ARRAY + 4L * port : SHARED + 0x30 + port / 64 * 8;
    }

    /** vCPU 0 is to send to a port in a loop, and to take the event away each time. */
    void prepareLoop(int port, int vcpu) {
        int[] words = {
            0xD280_0080, // mov x0, #4
            XenRig.hvc(0xEA1),
            fifo ? 0xB900_027F : 0xF900_027F, // str wzr, [x19]
            fifo ? 0xB900_029F : 0xF900_029F, // str wzr, [x20]
            0x3900_02BF, // strb wzr, [x21]
            0x17FF_FFFB, // b
        };
        rig.words(LOOP, words);
        rig.words(XenRig.DATA, port);
        rig.prepare(0, XenRig.EVENT_CHANNEL_OP, SEND, XenRig.DATA);
        Vcpu caller = rig.vcpu(0);
        caller.write(CoreRegister.PC, LOOP);
        caller.write(CoreRegister.x(19), pending(port));
        caller.write(CoreRegister.x(20), selector(vcpu));
        caller.write(CoreRegister.x(21), info(vcpu));
    }

    void loop(int rounds) {
        rig.run(0, (long) rounds * INSTRUCTIONS);
    }
}
