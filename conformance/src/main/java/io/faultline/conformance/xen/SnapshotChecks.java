/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.Scenario;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Section 10.15: what a guest goes on with after it was saved and restored.
 *
 * @since 0.1
 */
public final class SnapshotChecks {
    private static final int QUEUED = Xen.PENDING | Xen.LINKED;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Xen: save and restore",
            Check.of("XEN-197", SnapshotChecks::queuesAndLatchesAreKept).witnesses("queued", "latched"),
            Check.of("XEN-198", SnapshotChecks::portsAndPollsAreKept).witnesses("polling"),
            Check.of("XEN-199", SnapshotChecks::theInterruptIsKeptInEachState)
                    .witnesses("pending", "active", "active-and-pending"),
            Check.of("XEN-200", SnapshotChecks::spuriousEventsAfterRestoreAreTolerated)
                    .witnesses("spurious"));

    private SnapshotChecks() {}

    /** XEN-197. */
    private static void queuesAndLatchesAreKept(Scenario s) {
        Fifo fifo = Fifo.boot(s, 2);
        XenGuest guest = fifo.guest();
        int[] ports = new int[6];
        for (int i = 0; i < ports.length; i++) {
            ports[i] = guest.ipi(i < 4 ? 0 : 1);
        }
        guest.setPriority(ports[1], 3);
        guest.setPriority(ports[3], 3);
        for (int i = 0; i < 5; i++) {
            guest.send(ports[i]);
        }
        s.witness("queued");
        guest.rig().cut();
        fifo.expectWord("after restore", ports[0], QUEUED | ports[2]);
        int[] later = {guest.ipi(0), guest.ipi(0)};
        guest.setPriority(later[1], 3);
        guest.send(later[0]);
        guest.send(later[1]);
        guest.send(ports[5]);
        fifo.expectWord("of the restored tail", ports[2], QUEUED | later[0]);
        fifo.expectDrained("after restore", 0, ports[1], ports[3], later[1], ports[0], ports[2], later[0]);
        fifo.expectDrained("after restore", 1, ports[4], ports[5]);
        guest.send(ports[2]);
        guest.rig().cut();
        fifo.expectDrained("after another restore", 0, ports[2]);
        guest.setPriority(ports[2], 9);
        guest.rig().cut();
        guest.send(ports[2]);
        fifo.expectHead("after set_priority and restore", 0, 9, ports[2]);
        guest.send(ports[0]);
        fifo.expectHead("of the queue whose tail left it", 0, Xen.DEFAULT_PRIORITY, ports[0]);
        fifo.expectWord("that left the queue", ports[2], QUEUED);
        XenGuest bare = XenGuest.boot(s, 1);
        bare.mapSharedInfo();
        bare.listen();
        Fifo latching = new Fifo(bare);
        s.expectEqual("result of init_control", 0, latching.initControl(0));
        int latched = bare.ipi(0);
        bare.send(latched);
        s.witness("latched");
        bare.rig().cut();
        s.expectEqual("result of expand_array after restore", 0, latching.expand(0));
        latching.expectDrained("latched over a restore", 0, latched);
    }

    /** XEN-198. */
    private static void portsAndPollsAreKept(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 3);
        XenGuest guest = bits.guest();
        XenGuest.Channel channel = bits.channel();
        int unbound = guest.unbound();
        int virq = guest.virq(Xen.VIRQ_DEBUG, 2);
        int ipi = guest.ipi(1);
        int free = guest.unbound();
        int last = guest.ipi(0);
        guest.close(free);
        guest.bindVcpu(channel.receiver(), 2);
        int[] ports = {channel.sender(), channel.receiver(), unbound, virq, ipi, free, last};
        XenGuest.Status[] before = new XenGuest.Status[ports.length];
        for (int i = 0; i < ports.length; i++) {
            before[i] = guest.status(ports[i]);
        }
        int domain = guest.domain();
        s.expectEqual("result of get_param", 0, guest.getParam(Xen.SELF, Xen.CALLBACK_IRQ));
        long callback = guest.arguments().quad(8);
        bits.mask(last);
        guest.expectSleeps("poll", guest.poll(guest.cpu(1), 0, last));
        s.witness("polling");
        guest.rig().cut();
        for (int i = 0; i < ports.length; i++) {
            s.expectEqual("status of port " + ports[i] + " after restore", before[i], guest.status(ports[i]));
        }
        s.expectEqual("the next port after restore", free, guest.unbound());
        s.expectEqual("the domain after restore", domain, guest.status(free).first() & 0xFFFF);
        s.expectEqual("result of get_param after restore", 0, guest.getParam(Xen.SELF, Xen.CALLBACK_IRQ));
        s.expectEqual("CALLBACK_IRQ after restore", callback, guest.arguments().quad(8));
        guest.expectEvent("bind_virq of a VIRQ that is bound", Xen.EEXIST, Xen.BIND_VIRQ, Xen.VIRQ_DEBUG, 2);
        guest.expectStillSleeps("it polls over a restore", guest.cpu(1));
        guest.send(last);
        guest.expectWakes("the port is pending", guest.cpu(1));
        guest.send(channel.sender());
        guest.expectUpcalls("for a port bound before the restore", 2, 1);
        s.expectOneOf(
                "result of registering vcpu_info after restore",
                guest.registerVcpuInfo(guest.cpu(), 1, guest.scratch(0).gfn(), 0),
                Xen.EBUSY,
                Xen.EINVAL);
        s.expectOneOf(
                "result of mapping shared_info after restore",
                guest.addToPhysmap(Xen.SELF, 0, 0, guest.scratch(1).gfn()),
                Xen.EBUSY,
                0);
    }

    /** XEN-199. */
    private static void theInterruptIsKeptInEachState(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 2);
        XenGuest guest = bits.guest();
        int port = guest.ipi(0);
        guest.send(port);
        guest.rig().cut();
        guest.expectUpcall("after restore", 0, true);
        guest.expectUpcalls("pending over a restore", 0, 1);
        s.witness("pending");
        bits.quiet();
        guest.send(port);
        s.expectThat("the upcall is due", guest.acknowledge(0));
        guest.rig().cut();
        s.witness("active");
        s.expectEqual("ports that are handled after restore", List.of(port), bits.scan(0));
        guest.end(0);
        guest.expectUpcalls("after the end of one that was active over a restore", 0, 0);
        guest.send(port);
        s.expectThat("the upcall is due", guest.acknowledge(0));
        s.expectEqual("ports that are handled", List.of(port), bits.scan(0));
        guest.send(guest.cpu(1), port);
        guest.rig().cut();
        s.witness("active-and-pending");
        s.expectThat("no upcall is due before the end", !guest.acknowledge(0));
        guest.end(0);
        guest.expectUpcalls("after the end of one that was active and pending over a restore", 0, 1);
    }

    /**
     * XEN-200: every bound port is raised after a restore, in both ABIs: those that were idle, pending, masked, masked and
     * pending, moved, and bound to each vCPU.
     */
    private static void spuriousEventsAfterRestoreAreTolerated(Scenario s) {
        spuriousInQueues(s);
        spuriousInTwoLevels(s);
    }

    private static void spuriousInQueues(Scenario s) {
        Fifo fifo = Fifo.boot(s, 2);
        XenGuest guest = fifo.guest();
        XenGuest.Channel channel = fifo.channel();
        int idle = guest.ipi(0);
        int queued = guest.ipi(0);
        int masked = guest.ipi(0);
        int latched = guest.ipi(0);
        int other = guest.ipi(1);
        int closed = guest.ipi(1);
        guest.bindVcpu(channel.receiver(), 1);
        guest.setPriority(channel.receiver(), 3);
        fifo.setWord(masked, Xen.MASKED);
        fifo.setWord(latched, Xen.MASKED);
        guest.send(queued);
        guest.send(latched);
        guest.send(closed);
        guest.close(closed);
        int[] ports = {channel.receiver(), idle, queued, masked, latched, other, closed};
        guest.rig().cut();
        fifo.expectAtRest("after restore", ports);
        int[] senders = {latched, channel.sender(), other, queued, idle, masked};
        for (int port : senders) {
            guest.send(port);
        }
        s.witness("spurious");
        expectHandled(fifo, "after spurious events", 0, idle, queued);
        expectHandled(fifo, "after spurious events", 1, channel.receiver(), other);
        guest.unmask(masked);
        guest.unmask(latched);
        expectHandled(fifo, "once the masked ports are unmasked", 0, masked, latched);
        // The channel's other end may have been raised, too.
        fifo.drainAll();
        guest.quiet();
        for (int port : senders) {
            guest.send(port);
        }
        guest.expectUpcalls("for the next events", 0, 1);
        guest.expectUpcalls("for the next events", 1, 1);
        fifo.expectDrained("of the next events", 0, latched, queued, idle, masked);
        fifo.expectDrained("of the next events", 1, channel.receiver(), other);
        for (int port : ports) {
            fifo.expectWord("at rest", port, 0);
        }
    }

    /** Demands that a vCPU handles these ports, each once; one that nobody sends on by itself does not count. */
    private static void expectHandled(Fifo fifo, String when, int vcpu, Integer... ports) {
        List<Integer> handled = fifo.drain(vcpu);
        for (int port : ports) {
            fifo.guest()
                    .scenario()
                    .expectEqual(
                            "how often vCPU " + vcpu + " handles port " + port + " " + when,
                            1,
                            Collections.frequency(handled, port));
        }
    }

    private static void spuriousInTwoLevels(Scenario s) {
        TwoLevel bits = TwoLevel.boot(s, 2);
        XenGuest guest = bits.guest();
        XenGuest.Channel channel = bits.channel();
        int idle = guest.ipi(0);
        int pending = guest.ipi(0);
        int masked = guest.ipi(0);
        int other = guest.ipi(1);
        guest.bindVcpu(channel.receiver(), 1);
        bits.mask(masked);
        guest.send(pending);
        guest.send(masked);
        guest.rig().cut();
        for (int round = 0; round < 2; round++) {
            String when = round == 0 ? "after spurious events" : "after the next events";
            for (int port : new int[] {channel.sender(), idle, pending, masked, other}) {
                guest.send(port);
            }
            for (int vcpu = 0; vcpu < 2; vcpu++) {
                guest.expectUpcall(when, vcpu, true);
                bits.expectSelector(when, vcpu, 1);
            }
            List<Integer> handled = new ArrayList<>(bits.scan(0));
            handled.addAll(bits.scan(1));
            for (int port : new int[] {channel.receiver(), idle, pending, other}) {
                s.expectEqual(
                        "how often port " + port + " is handled " + when, 1, Collections.frequency(handled, port));
            }
            s.expectEqual("pending word 0 " + when, TwoLevel.bit(masked), bits.pendingWord(0));
            guest.takeUpcalls(0);
            guest.takeUpcalls(1);
        }
        guest.unmask(masked);
        s.expectEqual("ports that are handled once the masked one is unmasked", List.of(masked), bits.scan(0));
        s.expectEqual("pending word 0 at rest", 0, bits.pendingWord(0));
    }
}
