/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static io.faultline.backend.xen.event.EventChannelOps.ALLOC_UNBOUND;
import static io.faultline.backend.xen.event.EventChannelOps.BIND_INTERDOMAIN;
import static io.faultline.backend.xen.event.EventChannelOps.CLOSE;
import static io.faultline.backend.xen.event.EventChannelOps.EXPAND_ARRAY;
import static io.faultline.backend.xen.event.EventChannelOps.INIT_CONTROL;
import static io.faultline.backend.xen.event.EventChannelOps.SEND;
import static io.faultline.conformance.mutant.XenFifoParts.abi;
import static io.faultline.conformance.mutant.XenFifoParts.links;
import static io.faultline.conformance.mutant.XenMutant.EVENT_CHANNEL_OP;
import static io.faultline.conformance.mutant.XenMutant.SCHED_OP;
import static io.faultline.conformance.mutant.XenMutant.event;
import static io.faultline.conformance.mutant.XenMutant.part;
import static io.faultline.conformance.mutant.XenPortMutants.argument;
import static io.faultline.conformance.mutant.XenPortMutants.closing;

import com.google.inject.Injector;
import com.google.inject.util.Modules;
import io.faultline.api.state.StateReader;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.xen.event.EventChannels;
import io.faultline.backend.xen.event.EventSettings;
import io.faultline.backend.xen.event.PortChoice;
import io.faultline.backend.xen.event.PortReset;
import io.faultline.backend.xen.event.StandardReset;
import io.faultline.backend.xen.event.abi.CurrentAbi;
import io.faultline.backend.xen.event.abi.EventArray;
import io.faultline.backend.xen.event.abi.EventDomain;
import io.faultline.backend.xen.event.abi.EventWord;
import io.faultline.backend.xen.event.abi.FifoQueues;
import io.faultline.backend.xen.event.abi.TwoLevelAbi;
import io.faultline.backend.xen.event.port.PortState;
import io.faultline.backend.xen.event.port.PortTable;
import io.faultline.backend.xen.frame.GuestFrames;
import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.Hypercall;
import io.faultline.backend.xen.vcpu.PollPorts;
import io.faultline.backend.xen.vcpu.Upcalls;
import io.faultline.backend.xen.vcpu.VcpuPolicy;
import io.faultline.conformance.mutant.XenFifoParts.LikeFifo;
import io.faultline.conformance.mutant.XenFifoParts.LikeLinks;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToIntBiFunction;

/**
 * Bugs that only show if something else happens in between: a call that is preempted believes what it saw before, something
 * is remembered that another call has changed since, or half of a change can be seen.
 */
final class XenRaceMutants {
    private static final int SELF = 0x7FF0;
    private static final int NOTHING = -1;
    private static final int POLL = 3;
    private static final int POLL_BYTES = 24;
    private static final int MOST_POLLED = 128;
    private static final int EFAULT = -14;
    private static final int LINK_BITS = 17;

    static final List<Mutant> ALL = List.of(
            preempted(
                    "a-number-is-chosen-before-it-is-taken",
                    "XEN-071",
                    "differ with",
                    ALLOC_UNBOUND,
                    (parts, caller) -> {
                        PortTable ports = parts.getInstance(PortTable.class);
                        int next = ports.nextFree(1);
                        return ports.isValid(next) ? next : NOTHING;
                    },
                    (parts, caller, call, chosen) -> {
                        PortTable ports = parts.getInstance(PortTable.class);
                        if (ports.state(chosen) != PortState.FREE) {
                            ports.free(chosen);
                        }
                        ports.bind(chosen, PortState.UNBOUND, own(parts), 0, 0);
                        return told(caller, 8, 4, chosen);
                    }),
            preempted(
                    "an-offer-is-looked-at-before-it-is-taken",
                    "XEN-072",
                    "one is 0 and one -22",
                    BIND_INTERDOMAIN,
                    (parts, caller) -> {
                        PortTable ports = parts.getInstance(PortTable.class);
                        int remote = argument(caller, 4);
                        boolean offered = ports.isUsable(remote) && ports.state(remote) == PortState.UNBOUND;
                        boolean own = offered && ports.remoteDomain(remote) == own(parts);
                        return own && (argument(caller, 0) & 0xFFFF) == SELF ? remote : NOTHING;
                    },
                    (parts, caller, call, remote) -> {
                        PortTable ports = parts.getInstance(PortTable.class);
                        int port = parts.getInstance(PortChoice.class).choose();
                        ports.bind(port, PortState.INTERDOMAIN, own(parts), remote, 0);
                        ports.become(remote, PortState.INTERDOMAIN, own(parts), port);
                        parts.getInstance(CurrentAbi.class).setPending(port, 0);
                        return told(caller, 12, 8, port);
                    }),
            preempted(
                    "a-close-sets-a-peer-free-that-is-gone",
                    "XEN-073",
                    "state of port",
                    CLOSE,
                    (parts, caller) -> {
                        PortTable ports = parts.getInstance(PortTable.class);
                        int port = argument(caller, 0);
                        boolean connected = ports.isUsable(port) && ports.state(port) == PortState.INTERDOMAIN;
                        return connected && ports.remoteDomain(port) == own(parts) ? ports.remotePort(port) : NOTHING;
                    },
                    (parts, caller, call, peer) -> {
                        PortTable ports = parts.getInstance(PortTable.class);
                        long result = call.call(caller);
                        if (ports.state(peer) == PortState.FREE) {
                            ports.bind(peer, PortState.UNBOUND, own(parts), 0, 0);
                        }
                        return result;
                    }),
            event("a-sender-remembers-its-peer", "XEN-074", "gets no event", SEND, (parts, caller, call) -> {
                PortTable ports = parts.getInstance(PortTable.class);
                TreeMap<Integer, Integer> peers = parts.getInstance(Notes.class).found;
                int port = argument(caller, 0);
                long result = call.call(caller);
                if (XenPortMutants.stateOf(parts, port) == PortState.INTERDOMAIN) {
                    peers.put(port, ports.remotePort(port));
                } else if (ports.isUsable(peers.getOrDefault(port, 0))) {
                    int peer = peers.get(port);
                    parts.getInstance(CurrentAbi.class).setPending(peer, ports.vcpu(peer));
                }
                return result;
            }),
            closing("a-closed-virq-is-still-raised", "XEN-075", "no port is the VIRQ's", (parts, right, port) -> {
                PortTable ports = parts.getInstance(PortTable.class);
                if (ports.state(port) == PortState.VIRQ) {
                    parts.getInstance(CurrentAbi.class).clearPending(port);
                    ports.free(port);
                } else {
                    right.close(port);
                }
            }),
            event(
                    "the-ports-of-the-hypervisor-can-be-closed",
                    "XEN-077",
                    "result of close of port",
                    CLOSE,
                    (parts, caller, call) -> {
                        PortTable ports = parts.getInstance(PortTable.class);
                        int port = argument(caller, 0);
                        if (!ports.isValid(port) || ports.consumer(port) == 0) {
                            return call.call(caller);
                        }
                        parts.getInstance(EventChannels.class).closeXenOwned(port);
                        return 0;
                    }),
            part(
                    "an-active-upcall-is-not-marked-again",
                    "XEN-087",
                    "instructions between the sends",
                    Upcalls.class,
                    parts -> new LikeUpcalls(parts) {
                        @Override
                        public void markPending(int vcpu) {
                            int ppi = parts.getInstance(VcpuPolicy.class).eventInterrupt();
                            Host host = parts.getInstance(Host.class);
                            if (!host.gic().redistributor(vcpu).isActive(ppi)) {
                                super.markPending(vcpu);
                            }
                        }
                    }),
            part(
                    "a-word-is-kept-and-written-whole",
                    "XEN-092",
                    "pending word 0",
                    TwoLevelAbi.class,
                    parts -> new XenTwoLevelMutants.Like(parts) {
                        private int last = -1;
                        private long kept;

                        @Override
                        public void setPending(int port, int vcpu) {
                            boolean same = last == port / 64;
                            super.setPending(port, vcpu);
                            kept = pendingWord(port) | (same ? kept : 0);
                            last = port / 64;
                            shared.store64(PENDING + last * 8, kept);
                        }
                    }),
            links(
                    "busy-is-set-before-linked-is-looked-at",
                    "XEN-131",
                    "program of vCPU 0",
                    parts -> new LikeLinks(parts) {
                        @Override
                        public boolean append(int tail, int port) {
                            array.testAndSet(tail, EventWord.BUSY);
                            return super.append(tail, port);
                        }
                    }),
            abi(
                    "an-event-without-word-wakes-pollers",
                    "XEN-132",
                    "cannot be seen without event word",
                    parts -> new LikeFifo(parts) {
                        @Override
                        public void setPending(int port, int vcpu) {
                            super.setPending(port, vcpu);
                            if (!array.covers(port)) {
                                upcalls.wakePollers(port);
                            }
                        }
                    }),
            abi("a-changed-queue-drops-the-event", "XEN-133", "PENDING of port", parts -> new LikeFifo(parts) {
                @Override
                public void setPending(int port, int vcpu) {
                    int last = ports.lastQueue(port);
                    if (array.covers(port) && last != queue(port, vcpu) && queues.tail(last) == port) {
                        queues.tail(last, 0);
                        return;
                    }
                    super.setPending(port, vcpu);
                }
            }),
            preempted(
                    "a-block-is-used-before-its-offset-is-known",
                    "XEN-134",
                    "of the control block's page",
                    INIT_CONTROL,
                    (parts, caller) -> {
                        FifoQueues queues = parts.getInstance(FifoQueues.class);
                        Frame frame = parts.getInstance(GuestFrames.class).ram(gfn(caller));
                        int vcpu = argument(caller, 12);
                        int offset = argument(caller, 8);
                        boolean good = parts.getInstance(EventDomain.class).hasVcpu(vcpu)
                                && frame != null
                                && offset % 8 == 0
                                && offset > 0
                                && offset <= 4096 - FifoQueues.BLOCK_BYTES;
                        if (!good
                                || queues.hasBlock(vcpu)
                                || !parts.getInstance(CurrentAbi.class).isFifo()) {
                            return NOTHING;
                        }
                        queues.block(vcpu, frame, 0);
                        return vcpu;
                    },
                    (parts, caller, call, vcpu) -> {
                        Frame frame = parts.getInstance(GuestFrames.class).ram(gfn(caller));
                        parts.getInstance(FifoQueues.class).block(vcpu, frame, argument(caller, 8));
                        return told(caller, 24, 16, LINK_BITS);
                    }),
            preempted(
                    "what-comes-while-a-page-is-added-is-lost",
                    "XEN-135",
                    "that is masked",
                    EXPAND_ARRAY,
                    (parts, caller) -> {
                        if (!parts.getInstance(CurrentAbi.class).isFifo()) {
                            return NOTHING;
                        }
                        PortTable ports = parts.getInstance(PortTable.class);
                        TreeSet<Integer> latched = parts.getInstance(Notes.class).latched;
                        for (int port = 1; port < ports.valid(); port++) {
                            if (ports.isLatched(port)) {
                                latched.add(port);
                            }
                        }
                        return 0;
                    },
                    (parts, caller, call, none) -> {
                        long result = call.call(caller);
                        EventArray array = parts.getInstance(EventArray.class);
                        PortTable ports = parts.getInstance(PortTable.class);
                        for (int port = 1; port < ports.valid() && array.covers(port); port++) {
                            if (ports.isLatched(port)
                                    && !parts.getInstance(Notes.class).latched.contains(port)) {
                                array.testAndClear(port, EventWord.PENDING);
                            }
                        }
                        return result;
                    }),
            preempted(
                    "a-page-is-added-to-an-abi-that-is-gone",
                    "XEN-136",
                    "event word of port",
                    EXPAND_ARRAY,
                    (parts, caller) -> parts.getInstance(CurrentAbi.class).isFifo() ? 0 : NOTHING,
                    (parts, caller, call, none) -> {
                        if (parts.getInstance(CurrentAbi.class).isFifo()) {
                            return call.call(caller);
                        }
                        parts.getInstance(EventArray.class)
                                .add(parts.getInstance(GuestFrames.class).ram(gfn(caller)));
                        return 0;
                    }),
            event("a-send-waits-for-its-queue", "XEN-147", "within three attempts", SEND, (parts, caller, call) -> {
                int queue = queueOf(parts, argument(caller, 0));
                TreeMap<Integer, Integer> seen = parts.getInstance(Notes.class).found;
                Integer before = seen.put(caller.vcpu(), queue);
                if (queue != NOTHING && (before == null || before != queue)) {
                    return caller.continueLater();
                }
                seen.remove(caller.vcpu());
                return call.call(caller);
            }),
            part(
                    "a-reset-does-not-tell-peers",
                    "XEN-154",
                    "bind to the peer of a port that reset has closed",
                    PortReset.class,
                    parts -> {
                        StandardReset right = parts.getInstance(StandardReset.class);
                        PortTable ports = parts.getInstance(PortTable.class);
                        return (caller, resumed) -> {
                            for (int port = 1; port < ports.valid(); port++) {
                                if (ports.isUsable(port)
                                        && ports.state(port) == PortState.INTERDOMAIN
                                        && ports.remoteDomain(port) != own(parts)) {
                                    parts.getInstance(CurrentAbi.class).clearPending(port);
                                    ports.free(port);
                                }
                            }
                            return right.run(caller, resumed);
                        };
                    }),
            XenMutant.module(
                    "a-poll-looks-before-it-is-preempted",
                    "XEN-160",
                    "program of vCPU 0",
                    Modules.combine(
                            XenMutant.decoration(
                                    number -> number == SCHED_OP,
                                    inTwoParts(POLL, XenRaceMutants::allQuiet, (parts, caller, call, none) -> {
                                        Notes notes = parts.getInstance(Notes.class);
                                        notes.believes = true;
                                        long result = call.call(caller);
                                        notes.believes = false;
                                        return result;
                                    })),
                            XenMutant.binding(PollPorts.class, parts -> port -> {
                                int state = XenWaitMutants.right(parts, port);
                                Notes notes = parts.getInstance(Notes.class);
                                return notes.believes && state == PollPorts.PENDING ? PollPorts.QUIET : state;
                            }))),
            XenMutant.module(
                    "restoring-forgets-tails",
                    "XEN-200",
                    "after spurious events",
                    Modules.combine(
                            XenMutant.decoration(number -> true, (parts, caller, call) -> {
                                Notes notes = parts.getInstance(Notes.class);
                                if (notes.restored) {
                                    int queues =
                                            parts.getInstance(EventDomain.class).vcpus() * PortTable.PRIORITIES;
                                    for (int queue = 0; queue < queues; queue++) {
                                        parts.getInstance(FifoQueues.class).tail(queue, 0);
                                    }
                                }
                                notes.restored = false;
                                return call.call(caller);
                            }),
                            XenMutant.binding(
                                    PortTable.class,
                                    parts -> new PortTable(parts.getInstance(EventSettings.class)
                                            .maxPorts()) {
                                        @Override
                                        public void restore(StateReader reader, int vcpus, int consumers) {
                                            super.restore(reader, vcpus, consumers);
                                            parts.getInstance(Notes.class).restored = true;
                                        }
                                    }))));

    private XenRaceMutants() {}

    /** What a machine remembers by mistake. */
    @Singleton
    static final class Notes {
        /** By vCPU or port. */
        private final TreeMap<Integer, Integer> found = new TreeMap<>();

        private final TreeSet<Integer> latched = new TreeSet<>();
        private boolean believes;
        private boolean restored;

        @Inject
        Notes() {}
    }

    /** The rest of a call that was preempted. */
    @FunctionalInterface
    private interface Rest {
        /**
         * Ends the call.
         *
         * @param parts the parts of the machine
         * @param caller the caller
         * @param call the call as it should be
         * @param found what was found before the call was preempted
         */
        long call(Injector parts, Caller caller, Hypercall call, int found);
    }

    /** A command that the guest makes twice: the second time, what was found the first time is believed. */
    private static XenMutant.Bug inTwoParts(int command, ToIntBiFunction<Injector, Caller> first, Rest rest) {
        return (parts, caller, call) -> {
            if (caller.word(0) != command) {
                return call.call(caller);
            }
            TreeMap<Integer, Integer> found = parts.getInstance(Notes.class).found;
            Integer before = found.remove(caller.vcpu());
            if (before != null) {
                return rest.call(parts, caller, call, before);
            }
            int now = first.applyAsInt(parts, caller);
            if (now == NOTHING) {
                return call.call(caller);
            }
            found.put(caller.vcpu(), now);
            return caller.continueLater();
        };
    }

    private static Mutant preempted(
            String id, String rule, String words, int command, ToIntBiFunction<Injector, Caller> first, Rest rest) {
        return XenMutant.hypercall(id, rule, words, EVENT_CHANNEL_OP, inTwoParts(command, first, rest));
    }

    /** 0 if every port of a poll is quiet. */
    private static int allQuiet(Injector parts, Caller caller) {
        if (!caller.readStruct(caller.argument(1), POLL_BYTES)) {
            return NOTHING;
        }
        long array = caller.struct().u64(0);
        int count = caller.struct().u32(8);
        for (int i = 0; i < count && i < MOST_POLLED; i++) {
            boolean quiet = caller.readStruct(array + 4L * i, 4)
                    && XenWaitMutants.right(parts, caller.struct().u32(0)) == PollPorts.QUIET;
            if (!quiet) {
                return NOTHING;
            }
        }
        return 0;
    }

    private static int own(Injector parts) {
        return parts.getInstance(EventDomain.class).id();
    }

    private static long gfn(Caller caller) {
        return argument(caller, 0) & 0xFFFF_FFFFL | (long) argument(caller, 4) << 32;
    }

    /** Tells the guest what a call has made. */
    private static long told(Caller caller, int bytes, int offset, int value) {
        if (!caller.readStruct(caller.argument(1), bytes)) {
            return EFAULT;
        }
        caller.struct().u32(offset, value);
        return caller.writeStruct(caller.argument(1), bytes) ? 0 : EFAULT;
    }

    /** The queue to which an event goes that is sent on a port; nothing if it goes to none. */
    private static int queueOf(Injector parts, int port) {
        PortTable ports = parts.getInstance(PortTable.class);
        if (!ports.isUsable(port) || !parts.getInstance(CurrentAbi.class).isFifo()) {
            return NOTHING;
        }
        boolean connected = ports.state(port) == PortState.INTERDOMAIN && ports.remoteDomain(port) == own(parts);
        int receiver = connected ? ports.remotePort(port) : port;
        return FifoQueues.queue(ports.vcpu(receiver), ports.priority(receiver));
    }
}
