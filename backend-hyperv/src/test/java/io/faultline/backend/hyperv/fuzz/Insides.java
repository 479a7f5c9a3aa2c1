/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.util.Modules;
import io.faultline.api.machine.Machine;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.hyperv.hypercall.Call;
import io.faultline.backend.hyperv.hypercall.CallShape;
import io.faultline.backend.hyperv.hypercall.Hypercall;
import io.faultline.backend.hyperv.hypercall.HypercallDecoration;
import io.faultline.backend.hyperv.overlay.OverlayFrames;
import io.faultline.backend.hyperv.synic.Interleaving;
import io.faultline.backend.hyperv.synic.InterruptRequest;
import io.faultline.backend.hyperv.synic.StandardInterruptRequest;
import jakarta.inject.Inject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** What the fuzzer looks at inside of a machine. */
final class Insides {
    @Inject
    Host host;

    @Inject
    OverlayFrames frames;

    /** Private interrupts that were raised since somebody looked, each as vCPU and INTID. */
    final List<Integer> raised = new ArrayList<>();

    /** What another vCPU does to the type of a slot, before it is marked and after that, the next time. */
    final List<Deque<Integer>> races = List.of(new ArrayDeque<>(), new ArrayDeque<>());

    /** Collects those of all machines of a backend. */
    static final class Source extends AbstractModule {
        private final List<Insides> made = new ArrayList<>();
        /** How many calls, or elements of lists, were handled since somebody set it back. */
        private int work;

        Module with(Module... mutants) {
            return Modules.override(this).with(mutants);
        }

        int takeWork() {
            int done = work;
            work = 0;
            return done;
        }

        @Override
        protected void configure() {
            Insides insides = new Insides();
            requestInjection(insides);
            made.add(insides);
            bind(Insides.class).toInstance(insides);
            bind(InterruptRequest.class).to(Recorded.class);
            bind(Interleaving.class).to(Racing.class);
            bind(HypercallDecoration.class).toInstance(call -> new Counted(call));
        }

        /** Those that a machine has now, if a restored state had it made again. */
        Insides of(Machine machine) {
            Insides found = null;
            for (Insides insides : made) {
                if ((Object) insides.host == machine) {
                    found = insides;
                }
            }
            made.clear();
            if (found == null) {
                throw new IllegalStateException("the machine was not made here");
            }
            return found;
        }

        private final class Counted implements Hypercall {
            private final Hypercall call;

            Counted(Hypercall call) {
                this.call = call;
            }

            @Override
            public CallShape shape() {
                return call.shape();
            }

            @Override
            public int execute(Call parameters) {
                work++;
                return call.execute(parameters);
            }
        }
    }

    private static final class Racing implements Interleaving {
        private final Insides insides;

        @Inject
        Racing(Insides insides) {
            this.insides = insides;
        }

        private void race(int when, Frame page, int source) {
            Integer type = insides.races.get(when).poll();
            if (type != null) {
                page.store32(SynicModel.SLOT * source, type);
            }
        }

        @Override
        public void beforeMark(Frame page, int source) {
            race(0, page, source);
        }

        @Override
        public void afterMark(Frame page, int source) {
            race(1, page, source);
        }

        @Override
        public void beforeType(Frame page, int source) {
            // The slot is the hypervisor's until the type is there.
        }

        @Override
        public void beforeInterrupt(Frame page, int source) {
            // What a guest does here it can do after it.
        }
    }

    private static final int MOST_RAISED = 10_000;

    private static final class Recorded implements InterruptRequest {
        private final StandardInterruptRequest standard;
        private final Insides insides;

        @Inject
        Recorded(StandardInterruptRequest standard, Insides insides) {
            this.standard = standard;
            this.insides = insides;
        }

        @Override
        public void raise(int vcpu, int intid) {
            insides.raised.add(vcpu << 8 | intid);
            if (insides.raised.size() > MOST_RAISED) {
                throw new FuzzWorld.Broken("interrupts without end: more than " + MOST_RAISED + " in one step");
            }
            standard.raise(vcpu, intid);
        }
    }
}
