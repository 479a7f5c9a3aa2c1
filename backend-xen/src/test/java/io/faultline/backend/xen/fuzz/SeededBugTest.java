/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import io.faultline.backend.xen.event.FifoSetup;
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
import io.faultline.backend.xen.frame.Frame;
import io.faultline.backend.xen.frame.GuestFrames;
import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.vcpu.PollPorts;
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
                Named.of("XSA-221: poll looks at any port", new AbstractModule() {
                    @Override
                    protected void configure() {
                        bind(PollPorts.class).to(Trusting.class);
                    }
                }),
                Named.of("XSA-317: an error is taken for a port", bug(PortChoice.class, Endless.class)),
                Named.of("XSA-338: reset shrinks the table", bug(PortReset.class, Shrinking.class)),
                Named.of("XSA-343: reset forgets the other end", bug(PortClosing.class, OneSided.class)),
                Named.of("XSA-344: reset does not stop", bug(PortReset.class, Endured.class)),
                Named.of("XSA-358: a block is used before it is checked", bug(FifoSetup.class, Unchecked.class)),
                Named.of("dae2a1c5f9: a link to any port is followed", bug(LinkWriter.class, Following.class)));
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
}
