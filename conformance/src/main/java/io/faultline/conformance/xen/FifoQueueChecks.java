/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.GuestBlock;
import io.faultline.conformance.scenario.Scenario;

/**
 * Section 10.7: event words, links, heads and ready bits.
 *
 * @since 0.1
 */
public final class FifoQueueChecks {
    private static final int SEVEN = 1 << Xen.DEFAULT_PRIORITY;
    private static final int QUEUED = Xen.PENDING | Xen.LINKED;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Xen: FIFO queues",
            Check.of("XEN-109", FifoQueueChecks::theFirstEventIsTheHead)
                    .witnesses("raised")
                    .cut(),
            Check.of("XEN-110", FifoQueueChecks::theSecondEventIsLinkedToTheFirst)
                    .witnesses("linked")
                    .cut(),
            Check.of("XEN-111", FifoQueueChecks::eventsComeInTheirOrder).cut(),
            Check.of("XEN-112", FifoQueueChecks::everyQueueHasItsHead).cut(),
            Check.of("XEN-113", FifoQueueChecks::aMaskedPortIsLinkedByUnmask)
                    .witnesses("masked")
                    .cut(),
            Check.of("XEN-114", FifoQueueChecks::aPendingPortIsLinkedAgainIfItIsNot)
                    .witnesses("linked-again")
                    .cut(),
            Check.of("XEN-115", FifoQueueChecks::anAppendedEventIsNotReady)
                    .witnesses("appended")
                    .cut(),
            Check.of("XEN-116", FifoQueueChecks::anEmptiedQueueHasANewHead)
                    .witnesses("emptied")
                    .cut(),
            Check.of("XEN-117", FifoQueueChecks::aConsumedTailIsNotLinkedToItself)
                    .cut(),
            Check.of("XEN-118", FifoQueueChecks::aTailThatMovedLeavesItsQueueAlone)
                    .witnesses("by-priority", "by-vcpu")
                    .cut(),
            Check.of("XEN-119", FifoQueueChecks::thePriorityChoosesTheQueue).cut(),
            Check.of("XEN-120", FifoQueueChecks::aLinkedPortStaysOnItsQueue)
                    .witnesses("by-priority", "by-vcpu")
                    .cut(),
            Check.of("XEN-121", FifoQueueChecks::withoutControlBlockTheEventIsDropped)
                    .witnesses("dropped", "delivered")
                    .cut(),
            Check.of("XEN-122", FifoQueueChecks::unmaskOnlyUnmasks).cut(),
            Check.of("XEN-123", FifoQueueChecks::aLinkedNumberIsNotUsedAgain)
                    .witnesses("busy", "free-again")
                    .cut(),
            Check.of("XEN-124", FifoQueueChecks::theWalkPassesAClosedPort)
                    .witnesses("closed-in-the-middle")
                    .cut(),
            Check.of("XEN-125", FifoQueueChecks::unusedBitsSurvive).cut(),
            Check.of("XEN-126", FifoQueueChecks::theArrayIsMadeOfFrames)
                    .witnesses("mapped-over")
                    .cut());

    private FifoQueueChecks() {}

    private static int[] ipis(XenGuest guest, int vcpu, int number) {
        int[] ports = new int[number];
        for (int i = 0; i < number; i++) {
            ports[i] = guest.ipi(vcpu);
        }
        return ports;
    }

    /** XEN-109. */
    private static void theFirstEventIsTheHead(Scenario s) {
        Fifo fifo = Fifo.boot(s, 2);
        for (int vcpu = 0; vcpu < 2; vcpu++) {
            int port = fifo.guest().ipi(vcpu);
            fifo.guest().send(port);
            String when = "after the first event";
            fifo.expectWord(when, port, QUEUED);
            fifo.expectHead(when, vcpu, Xen.DEFAULT_PRIORITY, port);
            fifo.expectReady(when, vcpu, SEVEN);
            fifo.expectReady("of the other vCPU", 1 - vcpu, 0);
            fifo.guest().expectUpcall(when, vcpu, true);
            fifo.guest().expectUpcalls(when, vcpu, 1);
            fifo.guest().expectUpcalls("for another vCPU's event", 1 - vcpu, 0);
            s.witness("raised");
            fifo.drain(vcpu);
        }
    }

    /** XEN-110. */
    private static void theSecondEventIsLinkedToTheFirst(Scenario s) {
        Fifo fifo = Fifo.boot(s, 1);
        int[] ports = ipis(fifo.guest(), 0, 3);
        fifo.guest().send(ports[1]);
        fifo.guest().expectUpcalls("after the first event", 0, 1);
        fifo.guest().send(ports[0]);
        String when = "after the second event";
        fifo.expectWord(when, ports[1], QUEUED | ports[0]);
        fifo.expectWord(when, ports[0], QUEUED);
        fifo.expectHead(when, 0, Xen.DEFAULT_PRIORITY, ports[1]);
        fifo.expectReady(when, 0, SEVEN);
        fifo.guest().expectUpcall(when, 0, false);
        fifo.guest().expectUpcalls(when, 0, 0);
        s.witness("linked");
        fifo.guest().send(ports[2]);
        fifo.expectWord("after the third event", ports[0], QUEUED | ports[2]);
        fifo.expectWord("after the third event", ports[1], QUEUED | ports[0]);
    }

    /** XEN-111. */
    private static void eventsComeInTheirOrder(Scenario s) {
        Fifo fifo = Fifo.boot(s, 1);
        int[] ports = ipis(fifo.guest(), 0, 6);
        Integer[] order = {ports[4], ports[0], ports[5], ports[2], ports[1], ports[3]};
        for (int round = 0; round < 2; round++) {
            for (int port : order) {
                fifo.guest().send(port);
            }
            fifo.expectDrained("in round " + round, 0, order);
        }
    }

    /** XEN-112. */
    private static void everyQueueHasItsHead(Scenario s) {
        Fifo fifo = Fifo.boot(s, 1);
        int[] ports = ipis(fifo.guest(), 0, 4);
        fifo.guest().setPriority(ports[1], 3);
        fifo.guest().setPriority(ports[3], 3);
        for (int port : ports) {
            fifo.guest().send(port);
        }
        fifo.expectReady("with events on queues 3 and 7", 0, 1 << 3 | SEVEN);
        fifo.expectHead("with events on two queues", 0, 3, ports[1]);
        fifo.expectHead("with events on two queues", 0, Xen.DEFAULT_PRIORITY, ports[0]);
        fifo.expectDrained("by priority", 0, ports[1], ports[3], ports[0], ports[2]);
    }

    /** XEN-113. */
    private static void aMaskedPortIsLinkedByUnmask(Scenario s) {
        Fifo fifo = Fifo.boot(s, 2);
        XenGuest guest = fifo.guest();
        for (int caller = 0; caller < 2; caller++) {
            int port = guest.ipi(1);
            fifo.setWord(port, Xen.MASKED);
            guest.send(port);
            fifo.expectWord("masked", port, Xen.PENDING | Xen.MASKED);
            fifo.expectReady("after an event on a masked port", 1, 0);
            guest.expectUpcall("after an event on a masked port", 1, false);
            s.witness("masked");
            guest.unmask(guest.cpu(caller), port);
            fifo.expectWord("after unmask", port, QUEUED);
            fifo.expectHead("after unmask", 1, Xen.DEFAULT_PRIORITY, port);
            fifo.expectReady("after unmask", 1, SEVEN);
            guest.expectUpcalls("after unmask", 1, 1);
            fifo.expectDrained("after unmask", 1, port);
        }
    }

    /** XEN-114. */
    private static void aPendingPortIsLinkedAgainIfItIsNot(Scenario s) {
        Fifo fifo = Fifo.boot(s, 1);
        XenGuest guest = fifo.guest();
        int port = guest.ipi(0);
        guest.send(port);
        guest.expectUpcalls("after the first send", 0, 1);
        guest.send(port);
        fifo.expectWord("after the second send", port, QUEUED);
        fifo.expectReady("after the second send", 0, SEVEN);
        guest.expectUpcall("after the second send", 0, false);
        fifo.setReady(0, 0);
        fifo.dequeue(0, Xen.DEFAULT_PRIORITY);
        fifo.expectWord("after it was dequeued and not handled", port, Xen.PENDING);
        guest.send(port);
        fifo.expectWord("after a send while pending and not linked", port, QUEUED);
        fifo.expectReady("after a send while pending and not linked", 0, SEVEN);
        fifo.expectHead("after a send while pending and not linked", 0, Xen.DEFAULT_PRIORITY, port);
        guest.expectUpcalls("after a send while pending and not linked", 0, 1);
        s.witness("linked-again");
    }

    /** XEN-115. */
    private static void anAppendedEventIsNotReady(Scenario s) {
        Fifo fifo = Fifo.boot(s, 1);
        XenGuest guest = fifo.guest();
        int[] ports = ipis(guest, 0, 3);
        guest.send(ports[0]);
        guest.send(ports[1]);
        guest.takeUpcalls(0);
        fifo.setReady(0, 0);
        s.expectEqual("the first port of the queue", ports[0], fifo.dequeue(0, Xen.DEFAULT_PRIORITY));
        guest.send(ports[2]);
        s.witness("appended");
        fifo.expectWord("of the tail after another event", ports[1], QUEUED | ports[2]);
        fifo.expectReady("after an appended event", 0, 0);
        fifo.expectHead("after an appended event", 0, Xen.DEFAULT_PRIORITY, ports[0]);
        guest.expectUpcall("after an appended event", 0, false);
        fifo.expectDrained("that walks on from where it was", 0, ports[1], ports[2]);
    }

    /** XEN-116. */
    private static void anEmptiedQueueHasANewHead(Scenario s) {
        Fifo fifo = Fifo.boot(s, 1);
        XenGuest guest = fifo.guest();
        int[] ports = ipis(guest, 0, 2);
        guest.send(ports[0]);
        guest.takeUpcalls(0);
        fifo.setReady(0, 0);
        fifo.dequeue(0, Xen.DEFAULT_PRIORITY);
        s.witness("emptied");
        guest.send(ports[1]);
        fifo.expectHead("after the queue was emptied", 0, Xen.DEFAULT_PRIORITY, ports[1]);
        fifo.expectReady("after the queue was emptied", 0, SEVEN);
        fifo.expectWord("of the consumed tail", ports[0], Xen.PENDING);
        guest.expectUpcalls("after the queue was emptied", 0, 1);
    }

    /** XEN-117. */
    private static void aConsumedTailIsNotLinkedToItself(Scenario s) {
        Fifo fifo = Fifo.boot(s, 1);
        XenGuest guest = fifo.guest();
        int[] ports = ipis(guest, 0, 2);
        guest.send(ports[1]);
        guest.send(ports[0]);
        fifo.expectDrained("at first", 0, ports[1], ports[0]);
        guest.takeUpcalls(0);
        guest.send(ports[0]);
        fifo.expectWord("that was the consumed tail", ports[0], QUEUED);
        fifo.expectHead("after the consumed tail was sent again", 0, Xen.DEFAULT_PRIORITY, ports[0]);
        fifo.expectReady("after the consumed tail was sent again", 0, SEVEN);
        guest.send(ports[1]);
        fifo.expectWord("that was the consumed tail, with an event after it", ports[0], QUEUED | ports[1]);
        fifo.expectDrained("afterwards", 0, ports[0], ports[1]);
    }

    /** XEN-118. */
    private static void aTailThatMovedLeavesItsQueueAlone(Scenario s) {
        Fifo fifo = Fifo.boot(s, 2);
        XenGuest guest = fifo.guest();
        int moving = guest.ipi(0);
        int staying = guest.ipi(0);
        guest.send(moving);
        fifo.expectDrained("at first", 0, moving);
        guest.setPriority(moving, 3);
        guest.send(moving);
        fifo.expectHead("of the port's new priority", 0, 3, moving);
        guest.send(staying);
        fifo.expectHead("of the port's old priority", 0, Xen.DEFAULT_PRIORITY, staying);
        fifo.expectReady("with both", 0, 1 << 3 | SEVEN);
        fifo.expectWord("that moved", moving, QUEUED);
        fifo.expectDrained("with both", 0, moving, staying);
        s.witness("by-priority");
        XenGuest.Channel channel = fifo.channel();
        int port = channel.receiver();
        guest.send(channel.sender());
        fifo.expectDrained("at first", 0, port);
        guest.bindVcpu(port, 1);
        guest.send(channel.sender());
        fifo.expectHead("of the port's new vCPU", 1, Xen.DEFAULT_PRIORITY, port);
        guest.send(staying);
        fifo.expectHead("of the port's old vCPU", 0, Xen.DEFAULT_PRIORITY, staying);
        fifo.expectWord("that moved to another vCPU", port, QUEUED);
        fifo.expectDrained("with both", 0, staying);
        fifo.expectDrained("with both", 1, port);
        s.witness("by-vcpu");
        fifo.drainAll();
        int again = guest.ipi(1);
        int beside = guest.ipi(0);
        guest.setPriority(beside, 5);
        guest.setPriority(again, 5);
        guest.close(again);
        s.expectEqual("port that is used again", again, guest.ipi(0));
        guest.setPriority(again, 5);
        guest.send(again);
        fifo.expectDrained("before the number is used again", 0, again);
        guest.close(again);
        s.expectEqual("port that is used again", again, guest.ipi(0));
        guest.send(again);
        fifo.expectHead("of the next user of the number", 0, Xen.DEFAULT_PRIORITY, again);
        guest.send(beside);
        fifo.expectHead("of the queue of the number's previous user", 0, 5, beside);
        fifo.expectWord("of the next user of the number", again, QUEUED);
        fifo.expectDrained("with both", 0, beside, again);
    }

    /** XEN-119. */
    private static void thePriorityChoosesTheQueue(Scenario s) {
        Fifo fifo = Fifo.boot(s, 1);
        XenGuest guest = fifo.guest();
        int port = guest.ipi(0);
        int free = guest.ipi(0);
        guest.close(free);
        for (int priority = 0; priority < Xen.QUEUES; priority++) {
            guest.setPriority(port, priority);
            guest.send(port);
            fifo.expectReady("with priority " + priority, 0, 1 << priority);
            fifo.expectHead("with priority " + priority, 0, priority, port);
            fifo.expectDrained("with priority " + priority, 0, port);
        }
        for (long priority : new long[] {16, 0x8000_0000L, 0xFFFF_FFFFL}) {
            guest.expectEvent("set_priority to " + priority, Xen.EINVAL, Xen.SET_PRIORITY, port, priority);
        }
        guest.expectEvent("set_priority of a free port", Xen.EACCES, Xen.SET_PRIORITY, free, 3);
        guest.expectEvent("set_priority of port 0", Xen.EACCES, Xen.SET_PRIORITY, 0, 3);
        guest.expectEvent("set_priority of no port", Xen.EINVAL, Xen.SET_PRIORITY, 0xFFFF_FFFFL, 3);
        guest.send(port);
        fifo.expectHead("after refusals", 0, 15, port);
    }

    /** XEN-120. */
    private static void aLinkedPortStaysOnItsQueue(Scenario s) {
        Fifo fifo = Fifo.boot(s, 2);
        XenGuest guest = fifo.guest();
        XenGuest.Channel channel = fifo.channel();
        int port = channel.receiver();
        int after = guest.ipi(0);
        guest.send(channel.sender());
        guest.setPriority(port, 2);
        guest.send(channel.sender());
        guest.send(after);
        fifo.expectReady("after set_priority of a linked port", 0, SEVEN);
        fifo.expectWord("after set_priority while linked", port, QUEUED | after);
        fifo.expectDrained("after set_priority of a linked port", 0, port, after);
        guest.send(channel.sender());
        fifo.expectHead("once it was dequeued", 0, 2, port);
        s.witness("by-priority");
        guest.bindVcpu(port, 1);
        guest.send(channel.sender());
        fifo.expectReady("of the new vCPU while the port is linked", 1, 0);
        fifo.expectDrained("after bind_vcpu of a linked port", 0, port);
        guest.send(channel.sender());
        fifo.expectHead("once it was dequeued", 1, 2, port);
        fifo.expectDrained("that is the new one", 1, port);
        s.witness("by-vcpu");
    }

    /** XEN-121. */
    private static void withoutControlBlockTheEventIsDropped(Scenario s) {
        XenGuest guest = XenGuest.boot(s, 2);
        guest.mapSharedInfo();
        guest.listen();
        Fifo fifo = new Fifo(guest);
        s.expectEqual("result of init_control of vCPU 0", 0, fifo.initControl(0));
        s.expectEqual("result of expand_array", 0, fifo.expand(0));
        XenGuest.Channel channel = guest.channel();
        fifo.drain(0);
        guest.quiet();
        guest.bindVcpu(channel.receiver(), 1);
        guest.send(channel.sender());
        s.witness("dropped");
        int word = fifo.word(channel.receiver());
        s.expectOneOf("event word after an event without control block", word, 0, Xen.PENDING);
        guest.expectUpcall("without control block", 1, false);
        FifoSetUpChecks.expectFifo("of the vCPU that has a control block", fifo);
        s.expectEqual("result of init_control of vCPU 1", 0, fifo.initControl(1));
        guest.send(channel.sender());
        fifo.expectHead("once there is a control block", 1, Xen.DEFAULT_PRIORITY, channel.receiver());
        guest.expectUpcalls("once there is a control block", 1, 1);
        fifo.expectDrained("once there is a control block", 1, channel.receiver());
        s.witness("delivered");
    }

    /** XEN-122. */
    private static void unmaskOnlyUnmasks(Scenario s) {
        Fifo fifo = Fifo.boot(s, 1);
        XenGuest guest = fifo.guest();
        int port = guest.ipi(0);
        fifo.setWord(port, Xen.MASKED);
        guest.unmask(port);
        fifo.expectWord("after unmask of a port that is not pending", port, 0);
        fifo.expectReady("after unmask of a port that is not pending", 0, 0);
        guest.expectUpcall("after unmask of a port that is not pending", 0, false);
        XenGuest bare = XenGuest.boot(s, 1);
        bare.mapSharedInfo();
        bare.listen();
        Fifo without = new Fifo(bare);
        s.expectEqual("result of init_control", 0, without.initControl(0));
        int wordless = bare.ipi(0);
        bare.unmask(wordless);
        without.expectReady("after unmask of a port without event word", 0, 0);
        bare.expectUpcall("after unmask of a port without event word", 0, false);
        s.expectEqual("result of expand_array", 0, without.expand(0));
        without.expectWord("that was unmasked before there was a page", wordless, 0);
    }

    /** XEN-123. */
    private static void aLinkedNumberIsNotUsedAgain(Scenario s) {
        Fifo fifo = Fifo.boot(s, 1);
        XenGuest guest = fifo.guest();
        int[] ports = ipis(guest, 0, 3);
        guest.send(ports[0]);
        guest.send(ports[1]);
        guest.close(ports[0]);
        fifo.expectWord("that was closed while linked", ports[0], Xen.LINKED | ports[1]);
        guest.expectState(ports[0], Xen.CLOSED);
        int other = guest.ipi(0);
        s.expectThat("the next port, " + other + ", is not " + ports[0] + ", which is linked", other != ports[0]);
        s.witness("busy");
        fifo.expectDrained("without the closed port", 0, ports[1]);
        s.expectEqual("the next port once the number was dequeued", ports[0], guest.ipi(0));
        s.witness("free-again");
        guest.send(ports[0]);
        fifo.expectDrained("of the number that was used again", 0, ports[0]);
    }

    /** XEN-124. */
    private static void theWalkPassesAClosedPort(Scenario s) {
        Fifo fifo = Fifo.boot(s, 1);
        XenGuest guest = fifo.guest();
        int[] ports = ipis(guest, 0, 4);
        for (int port : ports) {
            guest.send(port);
        }
        guest.close(ports[1]);
        s.witness("closed-in-the-middle");
        fifo.expectWord("that was closed in the middle", ports[1], Xen.LINKED | ports[2]);
        fifo.expectDrained("with a closed port in the middle", 0, ports[0], ports[2], ports[3]);
        guest.send(ports[3]);
        guest.send(ports[0]);
        guest.close(ports[0]);
        guest.send(ports[2]);
        fifo.expectDrained("with a closed port in the middle, again", 0, ports[3], ports[2]);
        guest.send(ports[3]);
        guest.close(ports[3]);
        guest.send(ports[2]);
        fifo.expectDrained("behind a closed head", 0, ports[2]);
    }

    /** XEN-125. */
    private static void unusedBitsSurvive(Scenario s) {
        Fifo fifo = Fifo.boot(s, 1);
        XenGuest guest = fifo.guest();
        int[] ports = ipis(guest, 0, 2);
        for (int pattern : new int[] {Xen.UNUSED, 0x0552_0000, 0x0AAC_0000}) {
            fifo.setWord(ports[0], pattern);
            fifo.setWord(ports[1], pattern | Xen.MASKED);
            guest.send(ports[0]);
            fifo.expectWord("after it was queued", ports[0], QUEUED | pattern);
            guest.send(ports[1]);
            guest.unmask(ports[1]);
            fifo.expectWord("after another was linked to it", ports[0], QUEUED | pattern | ports[1]);
            fifo.expectWord("after unmask", ports[1], QUEUED | pattern);
            fifo.expectDrained("with unused bits set", 0, ports[0], ports[1]);
            fifo.expectWord("at the end", ports[0], pattern);
        }
        guest.send(ports[0]);
        guest.close(ports[0]);
        s.expectEqual("unused bits after close", 0x0AAC_0000, fifo.word(ports[0]) & Xen.UNUSED);
    }

    /** XEN-126: shared_info is mapped over the array page, so that a redirected access would show there. */
    private static void theArrayIsMadeOfFrames(Scenario s) {
        XenGuest guest = XenGuest.boot(s, 1);
        guest.listen();
        Fifo fifo = new Fifo(guest);
        fifo.start();
        int[] ports = ipis(guest, 0, 20);
        int first = ports[18];
        int second = ports[19];
        GuestBlock page = fifo.arrayPage(0);
        s.expectEqual("result of mapping shared_info there", 0, guest.addToPhysmap(Xen.SELF, 0, 0, page.gfn()));
        s.witness("mapped-over");
        guest.send(first);
        fifo.expectHead("after an event whose word is hidden", 0, Xen.DEFAULT_PRIORITY, first);
        fifo.expectReady("after an event whose word is hidden", 0, SEVEN);
        fifo.setReady(0, 0);
        guest.send(first);
        fifo.expectReady("after a send on a port that is linked in the hidden page", 0, 0);
        guest.send(second);
        fifo.expectReady("after an event that is appended in the hidden page", 0, 0);
        for (int port : ports) {
            s.expectEqual(
                    "the page that was mapped over the array, at port " + port,
                    0,
                    guest.cpu().get(page.address() + 4L * port, AccessWidth.WORD));
        }
        s.expectEqual("result of remove_from_physmap", 0, guest.removeFromPhysmap(page.gfn()));
        guest.send(second);
        guest.unmask(second);
        fifo.expectReady("with a hole in the place of the array page", 0, 0);
    }
}
