/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.xen.event.EventChannels;
import io.faultline.backend.xen.event.FifoSetup;
import io.faultline.backend.xen.event.PollState;
import io.faultline.backend.xen.event.PortBinding;
import io.faultline.backend.xen.event.PortChoice;
import io.faultline.backend.xen.event.PortClosing;
import io.faultline.backend.xen.event.PortReset;
import io.faultline.backend.xen.event.StandardBinding;
import io.faultline.backend.xen.event.StandardClosing;
import io.faultline.backend.xen.event.StandardFifoSetup;
import io.faultline.backend.xen.event.StandardReset;
import io.faultline.backend.xen.event.abi.CurrentAbi;
import io.faultline.backend.xen.event.abi.EventArray;
import io.faultline.backend.xen.event.abi.EventDomain;
import io.faultline.backend.xen.event.abi.EventWord;
import io.faultline.backend.xen.event.abi.FifoAbi;
import io.faultline.backend.xen.event.abi.FifoQueues;
import io.faultline.backend.xen.event.abi.Interleaving;
import io.faultline.backend.xen.event.abi.LinkWriter;
import io.faultline.backend.xen.event.abi.Undeliverable;
import io.faultline.backend.xen.event.port.PortState;
import io.faultline.backend.xen.event.port.PortTable;
import io.faultline.backend.xen.frame.GuestFrames;
import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.Hypercall;
import io.faultline.backend.xen.hypercall.HypercallDecoration;
import io.faultline.backend.xen.vcpu.PollPorts;
import io.faultline.backend.xen.vcpu.StandardUpcalls;
import io.faultline.backend.xen.vcpu.Upcalls;
import jakarta.inject.Inject;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bugs that Xen had are found when they are put into this backend (xen.md 9). */
class SeededBugTest {
    private static final int SEQUENCES = 200;
    private static final int STEPS = 500;
    private static final int MOST_SHRUNK = 20;

    private static <T> Module bug(Class<T> rule, Class<? extends T> broken) {
        return new AbstractModule() {
            @Override
            protected void configure() {
                bind(rule).to(broken);
            }
        };
    }

    static Stream<Named<Module>> bugs() {
        return Stream.of(
                Named.of("XSA-47: a port that cannot be is left behind", bug(PortBinding.class, Leaving.class)),
                Named.of("XSA-107: no control block", bug(FifoAbi.class, Blockless.class)),
                Named.of("XSA-188: a failed init_control leaves FIFO", bug(FifoSetup.class, Hasty.class)),
                Named.of("XSA-221: poll looks at any port", bug(PollPorts.class, Trusting.class)),
                Named.of("d4bfa0c78f: poll sleeps for a port that nobody can use", bug(PollPorts.class, Sleepy.class)),
                Named.of(
                        "XSA-268: version 2 of the grant table is a bug",
                        bug(HypercallDecoration.class, Asserting.class)),
                Named.of("XSA-327: vcpu_info begins anywhere", bug(HypercallDecoration.class, Misplacing.class)),
                Named.of("XSA-317: an error is taken for a port", bug(PortChoice.class, Endless.class)),
                Named.of("XSA-338: reset shrinks the table", bug(PortReset.class, Shrinking.class)),
                Named.of("XSA-342: the limit is not that of the present ABI", bug(PortChoice.class, Unlimited.class)),
                Named.of("XSA-343: reset forgets the other end", bug(PortClosing.class, OneSided.class)),
                Named.of("XSA-343: reset forgets ports that open meanwhile", bug(PortReset.class, Forgetful.class)),
                Named.of("XSA-344: reset does not stop", bug(PortReset.class, Endured.class)),
                Named.of("XSA-358: a block is used before it is checked", bug(FifoSetup.class, Unchecked.class)),
                Named.of("XSA-359: the FIFO ABI is there before its array", bug(FifoAbi.class, Arrayless.class)),
                Named.of("XSA-505: expand_array does not ask which ABI it is", bug(FifoSetup.class, Late.class)),
                Named.of("dae2a1c5f9: a link to any port is followed", bug(LinkWriter.class, Following.class)),
                Named.of(
                        "a call is made again after it has had an effect",
                        bug(HypercallDecoration.class, Hurried.class)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bugs")
    void aBugIsFoundAndItsSequenceMadeShort(Module bug) {
        for (long seed = 1; seed <= SEQUENCES; seed++) {
            Sequence sequence = Generator.sequence(seed, STEPS);
            if (FuzzWorld.complaint(sequence, bug).isPresent()) {
                Sequence shortest = new Shrinker(bug).shrink(sequence);
                Optional<String> complaint = FuzzWorld.complaint(shortest, bug);
                System.out.println("seed " + seed + ": " + complaint.orElse("gone") + "\n" + shortest);
                assertTrue(complaint.isPresent());
                assertTrue(shortest.steps().size() <= MOST_SHRUNK, shortest::toString);
                assertFalse(FuzzWorld.complaint(shortest).isPresent());
                return;
            }
        }
        throw new AssertionError("not found by " + SEQUENCES + " sequences of " + STEPS + " steps");
    }

    /** The port is in the table before it is known that the remote domain may have it. */
    private static final class Leaving implements PortBinding {
        private final StandardBinding standard;
        private final PortTable ports;
        private final PortChoice choice;

        @Inject
        Leaving(StandardBinding standard, PortTable ports, PortChoice choice) {
            this.standard = standard;
            this.ports = ports;
            this.choice = choice;
        }

        @Override
        public int allocateUnbound(int remote) {
            return standard.allocateUnbound(remote);
        }

        @Override
        public int bindInterdomain(int domain, int remote) {
            int port = standard.bindInterdomain(domain, remote);
            if (port == -22) {
                int left = choice.choose();
                if (left > 0) {
                    ports.bind(left, PortState.UNBOUND, 0, 0, 0);
                }
            }
            return port;
        }

        @Override
        public int bindVirq(int virq, int vcpu) {
            return standard.bindVirq(virq, vcpu);
        }

        @Override
        public int bindIpi(int vcpu) {
            return standard.bindIpi(vcpu);
        }
    }

    /** Takes for granted that every vCPU has a control block. */
    private static final class Blockless extends FifoAbi {
        private final EventArray array;
        private final FifoQueues queues;

        @Inject
        Blockless(
                PortTable ports,
                EventArray array,
                FifoQueues queues,
                LinkWriter links,
                Interleaving interleaving,
                Upcalls upcalls,
                Undeliverable undeliverable) {
            super(ports, array, queues, links, interleaving, upcalls, undeliverable);
            this.array = array;
            this.queues = queues;
        }

        @Override
        public void setPending(int port, int vcpu) {
            if (array.covers(port) && !queues.hasBlock(vcpu)) {
                queues.head(FifoQueues.queue(vcpu, 7), port);
            }
            super.setPending(port, vcpu);
        }
    }

    /** Switches to FIFO before it looks at the frame. */
    private static final class Hasty implements FifoSetup {
        private final StandardFifoSetup standard;
        private final CurrentAbi abi;

        @Inject
        Hasty(StandardFifoSetup standard, CurrentAbi abi) {
            this.standard = standard;
            this.abi = abi;
        }

        @Override
        public int initControl(int vcpu, long gfn, int offset) {
            int result = standard.initControl(vcpu, gfn, offset);
            if (result == -22) {
                abi.useFifo();
            }
            return result;
        }

        @Override
        public int expandArray(long gfn) {
            return standard.expandArray(gfn);
        }

        @Override
        public int setPriority(int port, int priority) {
            return standard.setPriority(port, priority);
        }
    }

    /** Does not ask whether there is such a port. */
    private static final class Trusting implements PollPorts {
        private final CurrentAbi abi;

        @Inject
        Trusting(CurrentAbi abi) {
            this.abi = abi;
        }

        @Override
        public int state(int port) {
            return abi.isPending(port) ? PENDING : QUIET;
        }
    }

    /** Goes on where the limit is. */
    private static final class Endless implements PortChoice {
        private final PortTable ports;

        @Inject
        Endless(PortTable ports) {
            this.ports = ports;
        }

        @Override
        public int choose() {
            return ports.nextFree(1);
        }
    }

    /** Gives the table back with the ports. */
    private static final class Shrinking implements PortReset {
        private final StandardReset standard;
        private final PortTable ports;

        @Inject
        Shrinking(StandardReset standard, PortTable ports) {
            this.standard = standard;
            this.ports = ports;
        }

        @Override
        public long run(Caller caller, boolean resumed) {
            long result = standard.run(caller, resumed);
            if (result == 0 && ports.open() == 0) {
                ports.reset();
            }
            return result;
        }
    }

    /** Closes all ports at once. */
    private static final class Endured implements PortReset {
        private final StandardReset standard;
        private final PortTable ports;
        private final PortClosing closing;

        @Inject
        Endured(StandardReset standard, PortTable ports, PortClosing closing) {
            this.standard = standard;
            this.ports = ports;
            this.closing = closing;
        }

        @Override
        public long run(Caller caller, boolean resumed) {
            for (int port = 1; port < ports.valid(); port++) {
                if (ports.isUsable(port)) {
                    closing.close(port);
                }
            }
            return standard.run(caller, resumed);
        }
    }

    /** Closes one end of a channel. */
    private static final class OneSided implements PortClosing {
        private final StandardClosing standard;
        private final PortTable ports;

        @Inject
        OneSided(StandardClosing standard, PortTable ports) {
            this.standard = standard;
            this.ports = ports;
        }

        @Override
        public void close(int port) {
            if (ports.state(port) == PortState.INTERDOMAIN && ports.vcpu(port) == 0) {
                ports.free(port);
            } else {
                standard.close(port);
            }
        }
    }

    /** Checks offset and frame after the block is in use. */
    private static final class Unchecked implements FifoSetup {
        private final StandardFifoSetup standard;
        private final EventDomain domain;
        private final FifoQueues queues;
        private final GuestFrames frames;

        @Inject
        Unchecked(StandardFifoSetup standard, EventDomain domain, FifoQueues queues, GuestFrames frames) {
            this.standard = standard;
            this.domain = domain;
            this.queues = queues;
            this.frames = frames;
        }

        @Override
        public int initControl(int vcpu, long gfn, int offset) {
            int result = standard.initControl(vcpu, gfn, offset);
            Frame frame = frames.ram(gfn);
            if (result == -22 && domain.hasVcpu(vcpu) && frame != null && offset > 0 && offset < 4096) {
                queues.block(vcpu, frame, offset);
            }
            return result;
        }

        @Override
        public int expandArray(long gfn) {
            return standard.expandArray(gfn);
        }

        @Override
        public int setPriority(int port, int priority) {
            return standard.setPriority(port, priority);
        }
    }

    /** Believes what the guest says the next port is. */
    private static final class Following implements LinkWriter {
        private static final int LINK = 0x1FFFF;
        private final EventArray array;
        private final Interleaving interleaving;

        @Inject
        Following(EventArray array, Interleaving interleaving) {
            this.array = array;
            this.interleaving = interleaving;
        }

        @Override
        public boolean append(int tail, int port) {
            int last = tail;
            for (int i = 0; i < 10_000 && (array.load(last) & LINK) != 0; i++) {
                interleaving.beforeLinkWrite(last);
                last = array.load(last) & LINK;
            }
            int word = array.load(last);
            return (word & EventWord.LINKED) != 0 && array.compareAndSet(last, word, word & ~LINK | port);
        }
    }

    /** Waits for a port that is there and not in use. */
    private static final class Sleepy implements PollPorts {
        private final EventChannels channels;

        @Inject
        Sleepy(EventChannels channels) {
            this.channels = channels;
        }

        @Override
        public int state(int port) {
            return channels.pollState(port) == PollState.PENDING ? PENDING : QUIET;
        }
    }

    /** Something that only other architectures have must not happen. */
    private static final class Asserting implements HypercallDecoration {
        @Override
        public Hypercall decorate(int number, Hypercall call) {
            return number != 20
                    ? call
                    : caller -> {
                        boolean setsVersion = caller.word(0) == 8 && caller.readStruct(caller.argument(1), 4);
                        if (setsVersion && caller.struct().u32(0) == 2) {
                            throw new IllegalStateException("BUG");
                        }
                        return call.call(caller);
                    };
        }
    }

    /** Registers a vcpu_info without asking whether it is aligned and ends in its page. */
    private static final class Misplacing implements HypercallDecoration {
        @Inject
        private StandardUpcalls upcalls;

        @Inject
        private GuestFrames frames;

        @Override
        public Hypercall decorate(int number, Hypercall call) {
            return number != 24
                    ? call
                    : caller -> {
                        long result = call.call(caller);
                        boolean misplaced = result == -6 && caller.readStruct(caller.argument(2), 16);
                        Frame frame = misplaced ? frames.ram(caller.struct().u64(0)) : null;
                        if (frame != null) {
                            upcalls.register(
                                    caller.word(1), frame, caller.struct().u32(8));
                            return 0;
                        }
                        return result;
                    };
        }
    }

    /** Gives numbers away that the present ABI does not have. */
    private static final class Unlimited implements PortChoice {
        private final PortTable ports;

        @Inject
        Unlimited(PortTable ports) {
            this.ports = ports;
        }

        @Override
        public int choose() {
            int port = ports.nextFree(1);
            return port <= ports.limit() ? port : -28;
        }
    }

    /** Does not look again when it has come to the end. */
    private static final class Forgetful implements PortReset {
        private final StandardReset standard;
        private final CurrentAbi abi;

        @Inject
        Forgetful(StandardReset standard, CurrentAbi abi) {
            this.standard = standard;
            this.abi = abi;
        }

        @Override
        public long run(Caller caller, boolean resumed) {
            long result = standard.run(caller, resumed);
            if (result == -11) {
                abi.useTwoLevel();
                return 0;
            }
            return result;
        }
    }

    /** Takes for granted that every port has an event word. */
    private static final class Arrayless extends FifoAbi {
        private final EventArray array;

        @Inject
        Arrayless(
                PortTable ports,
                EventArray array,
                FifoQueues queues,
                LinkWriter links,
                Interleaving interleaving,
                Upcalls upcalls,
                Undeliverable undeliverable) {
            super(ports, array, queues, links, interleaving, upcalls, undeliverable);
            this.array = array;
        }

        @Override
        public boolean isPending(int port) {
            return (array.load(port) & EventWord.PENDING) != 0;
        }
    }

    /** Adds a page to the array of an ABI that was left. */
    private static final class Late implements FifoSetup {
        private final StandardFifoSetup standard;
        private final CurrentAbi abi;
        private final EventArray array;
        private final GuestFrames frames;

        @Inject
        Late(StandardFifoSetup standard, CurrentAbi abi, EventArray array, GuestFrames frames) {
            this.standard = standard;
            this.abi = abi;
            this.array = array;
            this.frames = frames;
        }

        @Override
        public int initControl(int vcpu, long gfn, int offset) {
            return standard.initControl(vcpu, gfn, offset);
        }

        @Override
        public int expandArray(long gfn) {
            Frame frame = abi.isFifo() ? null : frames.ram(gfn);
            if (frame != null) {
                array.add(frame);
                return 0;
            }
            return standard.expandArray(gfn);
        }

        @Override
        public int setPriority(int port, int priority) {
            return standard.setPriority(port, priority);
        }
    }

    /** Does its work first, and then finds that it needs another page. */
    private static final class Hurried implements HypercallDecoration {
        private final byte[] rest = new byte[64];

        @Override
        public Hypercall decorate(int number, Hypercall call) {
            return number != 32
                    ? call
                    : caller -> {
                        long result = call.call(caller);
                        caller.read(caller.argument(1) + 4096, rest, 0, rest.length);
                        return result;
                    };
        }
    }
}
