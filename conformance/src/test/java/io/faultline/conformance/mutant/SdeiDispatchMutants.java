/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static io.faultline.conformance.mutant.KvmMutant.made;
import static io.faultline.conformance.mutant.KvmMutant.part;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.sdei.Sdei;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.kvm.sdei.AddressCheck;
import io.faultline.backend.kvm.sdei.CallDecoration;
import io.faultline.backend.kvm.sdei.CallOutcome;
import io.faultline.backend.kvm.sdei.ClientPe;
import io.faultline.backend.kvm.sdei.Completion;
import io.faultline.backend.kvm.sdei.DispatchRules;
import io.faultline.backend.kvm.sdei.Eligibility;
import io.faultline.backend.kvm.sdei.EventInstance;
import io.faultline.backend.kvm.sdei.HandlerEntry;
import io.faultline.backend.kvm.sdei.ImmediateRules;
import io.faultline.backend.kvm.sdei.PeMask;
import io.faultline.backend.kvm.sdei.PeState;
import io.faultline.backend.kvm.sdei.PowerRules;
import io.faultline.backend.kvm.sdei.Reevaluation;
import io.faultline.backend.kvm.sdei.Registration;
import io.faultline.backend.kvm.sdei.RoutingRules;
import io.faultline.backend.kvm.sdei.SavedContext;
import io.faultline.backend.kvm.sdei.SdeiState;
import io.faultline.backend.kvm.sdei.SdeiStateCodec;
import io.faultline.backend.kvm.sdei.StandardAddressCheck;
import io.faultline.backend.kvm.sdei.StandardCompletion;
import io.faultline.backend.kvm.sdei.StandardDispatchRules;
import io.faultline.backend.kvm.sdei.StandardEligibility;
import io.faultline.backend.kvm.sdei.StandardHandlerEntry;
import io.faultline.backend.kvm.sdei.StandardImmediateRules;
import io.faultline.backend.kvm.sdei.StandardPeMask;
import io.faultline.backend.kvm.sdei.StandardPowerRules;
import io.faultline.backend.kvm.sdei.StandardReevaluation;
import io.faultline.backend.kvm.sdei.StandardRegistration;
import io.faultline.backend.kvm.sdei.StandardRouting;
import io.faultline.backend.kvm.sdei.StandardStateCodec;
import io.faultline.backend.kvm.sdei.TriggerLatch;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Bugs in dispatch: eligibility, latches, routing, handler entry, completion, power and injection. */
final class SdeiDispatchMutants {
    private static final Eligibility RIGHT = new StandardEligibility();
    private static final HandlerEntry ENTRY = new StandardHandlerEntry(SdeiPolicy.defaults());

    static final List<Mutant> ALL = List.of(
            // Handler entry
            entry(
                    "entry-point-plus-4",
                    "SDEI-128",
                    "PC at handler entry",
                    (pe, event) -> pe.cpu().resumeAt(pe.cpu().pc() + 4, pe.cpu().pstate())),
            entry(
                    "x0-is-sign-extended-garbage",
                    "SDEI-129",
                    "X0",
                    (pe, event) -> pe.cpu().x(0, pe.cpu().x(0) | 1L << 40)),
            entry(
                    "argument-is-truncated",
                    "SDEI-130",
                    "X1",
                    (pe, event) -> pe.cpu().x(1, pe.cpu().x(1) & 0xFFFF_FFFFL)),
            entry(
                    "x2-is-the-instruction-before",
                    "SDEI-131",
                    "X2",
                    (pe, event) -> pe.cpu().x(2, pe.cpu().x(2) - 4)),
            entry(
                    "x3-lacks-the-flags",
                    "SDEI-132",
                    "X3, the interrupted PSTATE",
                    (pe, event) -> pe.cpu().x(3, pe.cpu().x(3) & ~ProcessorState.NZCV)),
            entry("x4-to-x17-are-zeroed", "SDEI-133", "X4 at handler entry", (pe, event) -> {
                for (int n = 4; n < Sdei.SAVED_REGISTERS; n++) {
                    pe.cpu().x(n, 0);
                }
            }),
            entry(
                    "x20-leaks-the-dispatcher",
                    "SDEI-134",
                    "registers at handler entry",
                    (pe, event) -> pe.cpu().x(20, 0xFFFF_FFC0_1234_5678L)),
            entry(
                    "x30-is-lost",
                    "SDEI-135",
                    "X30 at handler entry",
                    (pe, event) -> pe.cpu().x(30, 0)),
            entry(
                    "entry-writes-elr",
                    "SDEI-136",
                    "ELR_EL1 at handler entry",
                    (pe, event) -> pe.cpu()
                            .exceptionReturn(pe.innermost().pc(), pe.innermost().pstate())),
            entry(
                    "entry-leaves-irqs-open",
                    "SDEI-137",
                    "DAIF at handler entry",
                    (pe, event) -> pe.cpu().resumeAt(pe.cpu().pc(), pe.cpu().pstate() & ~ProcessorState.I)),
            entry(
                    "entry-inherits-il",
                    "SDEI-138",
                    "bits of PSTATE at handler entry",
                    (pe, event) -> pe.cpu()
                            .resumeAt(
                                    pe.cpu().pc(),
                                    pe.cpu().pstate() | pe.innermost().pstate() & ProcessorState.IL)),
            entry(
                    "entry-clears-the-flags",
                    "SDEI-141",
                    "NZCV at handler entry",
                    (pe, event) -> pe.cpu().resumeAt(pe.cpu().pc(), pe.cpu().pstate() & ~ProcessorState.NZCV)),

            // Eligibility
            eligibility(
                    "masked-irqs-mask-events",
                    "SDEI-114",
                    "dispatch",
                    (pe, event) -> RIGHT.isEligible(pe, event) && (pe.cpu().pstate() & ProcessorState.I) == 0),
            eligibility(
                    "critical-does-not-preempt",
                    "SDEI-115",
                    "dispatch",
                    (pe, event) -> RIGHT.isEligible(pe, event) && pe.depth() == 0),
            eligibility(
                    "critical-preempts-critical",
                    "SDEI-116",
                    "not preempted",
                    (pe, event) -> RIGHT.isEligible(pe, event)
                            || event.definition().isCritical()
                                    && event.is(Sdei.REGISTERED | Sdei.ENABLED)
                                    && !event.is(Sdei.RUNNING)
                                    && !pe.isMasked()
                                    && pe.cpu().isOn()
                                    && pe.depth() < PeState.MAX_DEPTH),
            eligibility(
                    "normal-preempts-normal",
                    "SDEI-117",
                    "not preempted",
                    (pe, event) -> RIGHT.isEligible(pe, event)
                            || event.is(Sdei.REGISTERED | Sdei.ENABLED)
                                    && !event.is(Sdei.RUNNING)
                                    && !pe.isMasked()
                                    && pe.cpu().isOn()
                                    && pe.depth() == 1
                                    && !pe.innermost().event().definition().isCritical()),
            eligibility("critical-ignores-the-mask", "SDEI-080", "the PE is masked", (pe, event) -> {
                boolean masked = pe.isMasked();
                pe.masked(masked && !event.definition().isCritical());
                boolean eligible = RIGHT.isEligible(pe, event);
                pe.masked(masked);
                return eligible;
            }),
            eligibility("masked-pes-take-shared-events", "SDEI-075", "vCPU 0 is masked", (pe, event) -> {
                boolean masked = pe.isMasked();
                pe.masked(masked && event.definition().isPrivate());
                boolean eligible = RIGHT.isEligible(pe, event);
                pe.masked(masked);
                return eligible;
            }),
            eligibility("shared-events-nest-across-pes", "SDEI-118", "its handler runs", (pe, event) -> {
                if (event.definition().isPrivate() || !event.is(Sdei.RUNNING) || pe.depth() > 0) {
                    return RIGHT.isEligible(pe, event);
                }
                int state = event.state();
                event.state(state & ~Sdei.RUNNING);
                boolean eligible = RIGHT.isEligible(pe, event);
                event.state(state);
                return eligible;
            }),
            eligibility(
                    "one-private-handler-at-a-time",
                    "SDEI-124",
                    "dispatch",
                    (pe, event) -> RIGHT.isEligible(pe, event)
                            && (!event.definition().isPrivate()
                                    || pe.machine().processors().stream()
                                            .allMatch(other -> other.depth() == 0 || other == pe))),
            eligibility("disabled-events-run", "SDEI-047", "the event is not enabled", (pe, event) -> {
                int state = event.state();
                if (state == Sdei.REGISTERED) {
                    event.state(state | Sdei.ENABLED);
                }
                boolean eligible = RIGHT.isEligible(pe, event);
                event.state(state);
                return eligible;
            }),
            eligibility(
                    "el0-is-not-interrupted",
                    "SDEI-123",
                    "dispatch",
                    (pe, event) -> RIGHT.isEligible(pe, event) && (pe.cpu().pstate() & 0xC) != 0),
            made("normal-goes-first", "SDEI-119", "dispatch", DispatchRules.class, NormalFirst.class),

            // Latches and registration
            keptFromBefore("triggers-before-registering-are-kept", "SDEI-046", "before registering"),
            part(
                    "triggers-while-disabled-are-lost",
                    "SDEI-054",
                    "the VMM\'s trigger is accepted",
                    TriggerLatch.class,
                    event -> {
                        if (!event.is(Sdei.ENABLED)) {
                            return TriggerLatch.Latched.DROPPED;
                        }
                        event.pending(true);
                        return TriggerLatch.Latched.LATCHED;
                    }),
            part("triggers-while-running-are-lost", "SDEI-109", "result of EVENT_SIGNAL", TriggerLatch.class, event -> {
                if (!event.is(Sdei.REGISTERED) || event.is(Sdei.RUNNING)) {
                    return TriggerLatch.Latched.DROPPED;
                }
                event.pending(true);
                return TriggerLatch.Latched.LATCHED;
            }),
            part(
                    "unregistering-keeps-the-trigger",
                    "SDEI-062",
                    "dropped by unregistering",
                    Registration.class,
                    keeping()),
            part("the-old-handler-stays", "SDEI-064", "dispatch", Registration.class, firstHandler()),

            // Routing
            made("routed-events-go-to-pe-0", "SDEI-073", "routed to vCPU 1", RoutingRules.class, AlwaysFirst.class),
            made("only-pe-0-takes-any", "SDEI-076", "dispatch on vCPU 1", RoutingRules.class, AnyIsFirst.class),

            // Re-evaluation
            reevaluation("enable-does-not-reconsider", "SDEI-055", "dispatch", Reevaluation.Point.ENABLE),
            reevaluation("unmask-does-not-reconsider", "SDEI-081", "dispatch", Reevaluation.Point.UNMASK),
            reevaluation("complete-does-not-reconsider", "SDEI-121", "dispatch", Reevaluation.Point.COMPLETE),
            reevaluation("resume-does-not-reconsider", "SDEI-162", "dispatch", Reevaluation.Point.RESUME),
            reevaluation("dispatch-does-not-reconsider", "SDEI-201", "dispatch", Reevaluation.Point.DISPATCH),
            reevaluation("power-does-not-reconsider", "SDEI-202", "dispatch", Reevaluation.Point.POWER),
            part("merged-triggers-are-reported-as-new", "SDEI-203", "second trigger", TriggerLatch.class, event -> {
                if (!event.is(Sdei.REGISTERED)) {
                    return TriggerLatch.Latched.DROPPED;
                }
                event.pending(true);
                return TriggerLatch.Latched.LATCHED;
            }),
            reevaluation("triggers-do-not-kick", "SDEI-105", "dispatch", Reevaluation.Point.TRIGGER),
            versionCountsRestores("version-changes-over-a-restore", "SDEI-196", "result of VERSION"),

            // Completion
            completion("complete-forgets-x17", "SDEI-148", "X17 after EVENT_COMPLETE", CompleteForgets17.class),
            completion("complete-restores-x18", "SDEI-149", "X18 after EVENT_COMPLETE", CompleteRestores18.class),
            completion("resume-forgets-x0", "SDEI-153", "X0 after EVENT_COMPLETE_AND_RESUME", ResumeForgetsX0.class),
            completion("resume-leaves-elr", "SDEI-154", "ELR_EL1", ResumeLeavesElr.class),
            completion("resume-stays-at-el0", "SDEI-155", "after EVENT_COMPLETE_AND_RESUME", ResumeStaysAtEl0.class),
            completion("resume-opens-irqs", "SDEI-155", "DAIF", ResumeOpensIrqs.class),
            anyAddress("any-resume-address-will-do", "SDEI-164", "function 0xc4000026"),
            zeroEntryHalfRegisters("a-refused-entry-point-registers", "SDEI-043", "EVENT_STATUS"),

            // Mask and power
            part("masking-has-no-effect", "SDEI-082", "result of PE_MASK", PeMask.class, new PeMask() {
                private final PeMask right = new StandardPeMask();

                @Override
                public boolean mask(PeState pe) {
                    return !right.mask(pe);
                }

                @Override
                public void unmask(PeState pe) {
                    right.unmask(pe);
                }
            }),
            made("a-pe-comes-on-unmasked", "SDEI-077", "result of PE_MASK", PowerRules.class, OnUnmasked.class),
            made("a-pe-comes-on-registered", "SDEI-174", "EVENT_STATUS", PowerRules.class, OnRegistered.class),
            made("turning-off-leaves-it-running", "SDEI-178", "EVENT_STATUS", PowerRules.class, OffRunning.class),

            // Injection
            made(
                    "injection-ignores-the-mask",
                    "SDEI-197",
                    "injectNow while masked",
                    ImmediateRules.class,
                    IgnoresMask.class),
            made(
                    "injection-ignores-handlers",
                    "SDEI-197",
                    "another event is running",
                    ImmediateRules.class,
                    IgnoresHandlers.class));

    private SdeiDispatchMutants() {}

    private static Mutant entry(String id, String rule, String words, HandlerEntry bug) {
        HandlerEntry wrong = (pe, event) -> {
            ENTRY.enter(pe, event);
            bug.enter(pe, event);
        };
        return part(id, rule, words, HandlerEntry.class, wrong);
    }

    private static Mutant eligibility(String id, String rule, String words, Eligibility bug) {
        return part(id, rule, words, Eligibility.class, bug);
    }

    private static Mutant completion(String id, String rule, String words, Class<? extends Completion> bug) {
        return made(id, rule, words, Completion.class, bug);
    }

    private static Mutant reevaluation(String id, String rule, String words, Reevaluation.Point forgotten) {
        return KvmMutant.module(id, rule, words, new AbstractModule() {
            @Provides
            Reevaluation reevaluation(StandardReevaluation right) {
                return (point, pe) -> {
                    if (point != forgotten) {
                        right.at(point, pe);
                    }
                };
            }
        });
    }

    /** Registers a handler at address 0 although the call says that it does not. */
    private static Mutant zeroEntryHalfRegisters(String id, String rule, String words) {
        return KvmMutant.call(id, rule, words, SdeiFunction.EVENT_REGISTER, (caller, call) -> {
            if (caller.cpu().x(2) == 0) {
                caller.machine().find(caller, (int) caller.cpu().x(1)).ifPresent(event -> event.state(Sdei.REGISTERED));
            }
            return call.execute(caller);
        });
    }

    /** Accepts every resume address. */
    private static Mutant anyAddress(String id, String rule, String words) {
        return KvmMutant.module(id, rule, words, new AbstractModule() {
            @Provides
            AddressCheck addressCheck(StandardAddressCheck right) {
                return new AddressCheck() {
                    @Override
                    public boolean isEntryPoint(long address) {
                        return right.isEntryPoint(address);
                    }

                    @Override
                    public boolean isResumeAddress(long address) {
                        return true;
                    }
                };
            }
        });
    }

    private static Registration keeping() {
        return new Registration() {
            private final Registration right = new StandardRegistration();

            @Override
            public void register(EventInstance event, long entry, long argument, int target) {
                boolean pending = event.isPending();
                right.register(event, entry, argument, target);
                event.pending(pending);
            }

            @Override
            public void forget(EventInstance event) {
                boolean pending = event.isPending();
                right.forget(event);
                event.pending(pending);
            }
        };
    }

    /** Latches whatever comes, and lets registering keep it. */
    private static Mutant keptFromBefore(String id, String rule, String words) {
        return KvmMutant.module(id, rule, words, new AbstractModule() {
            @Override
            protected void configure() {
                bind(Registration.class).toInstance(keeping());
                bind(TriggerLatch.class).toInstance(event -> {
                    boolean was = event.isPending();
                    event.pending(true);
                    return was ? TriggerLatch.Latched.MERGED : TriggerLatch.Latched.LATCHED;
                });
            }
        });
    }

    /** The vendor field of the version is the number of restores. */
    private static Mutant versionCountsRestores(String id, String rule, String words) {
        return KvmMutant.module(id, rule, words, new AbstractModule() {
            private final AtomicLong restores = new AtomicLong();

            @Override
            protected void configure() {
                CallDecoration counted = (function, call) -> function != SdeiFunction.VERSION
                        ? call
                        : caller -> CallOutcome.of(call.execute(caller).value() + restores.get());
                bind(CallDecoration.class).toInstance(counted);
            }

            @Provides
            SdeiStateCodec codec(StandardStateCodec right) {
                return new SdeiStateCodec() {
                    @Override
                    public void save(SdeiState state, StateWriter writer) {
                        right.save(state, writer);
                    }

                    @Override
                    public void restore(SdeiState state, StateReader reader) {
                        restores.incrementAndGet();
                        right.restore(state, reader);
                    }
                };
            }
        });
    }

    private static Registration firstHandler() {
        return new Registration() {
            private final Registration right = new StandardRegistration();

            @Override
            public void register(EventInstance event, long entry, long argument, int target) {
                long old = event.entry();
                right.register(event, old == 0 ? entry : old, argument, target);
            }

            @Override
            public void forget(EventInstance event) {
                long entry = event.entry();
                right.forget(event);
                event.handler(entry, 0);
            }
        };
    }

    /** Swaps the priority classes. */
    static final class NormalFirst implements DispatchRules {
        private final StandardDispatchRules right;

        @Inject
        NormalFirst(StandardDispatchRules right) {
            this.right = right;
        }

        @Override
        public Optional<EventInstance> next(PeState pe) {
            return pe.events().stream()
                    .filter(event ->
                            event.isPending() && !event.definition().isCritical() && RIGHT.isEligible(pe, event))
                    .findFirst()
                    .or(() -> right.next(pe));
        }
    }

    /** Sends every shared event to PE 0. */
    static final class AlwaysFirst implements RoutingRules {
        @Override
        public int taker(SdeiState machine, EventInstance event) {
            return RIGHT.isEligible(machine.processor(0), event) ? 0 : EventInstance.NOBODY;
        }
    }

    /** Sends events that any PE may take to PE 0. */
    static final class AnyIsFirst implements RoutingRules {
        private final StandardRouting right;

        @Inject
        AnyIsFirst(StandardRouting right) {
            this.right = right;
        }

        @Override
        public int taker(SdeiState machine, EventInstance event) {
            int taker = right.taker(machine, event);
            return event.target() == EventInstance.NOBODY && taker > 0 ? EventInstance.NOBODY : taker;
        }
    }

    /** A completion with one bug. */
    private abstract static class WrongCompletion implements Completion {
        final StandardCompletion right;

        WrongCompletion(StandardCompletion right) {
            this.right = right;
        }

        @Override
        public void complete(PeState pe) {
            right.complete(pe);
        }

        @Override
        public void resume(PeState pe, long address) {
            right.resume(pe, address);
        }
    }

    static final class CompleteForgets17 extends WrongCompletion {
        @Inject
        CompleteForgets17(StandardCompletion right) {
            super(right);
        }

        @Override
        public void complete(PeState pe) {
            long x17 = pe.cpu().x(17);
            right.complete(pe);
            pe.cpu().x(17, x17);
        }
    }

    static final class CompleteRestores18 extends WrongCompletion {
        @Inject
        CompleteRestores18(StandardCompletion right) {
            super(right);
        }

        @Override
        public void complete(PeState pe) {
            right.complete(pe);
            pe.cpu().x(18, 0);
        }
    }

    static final class ResumeForgetsX0 extends WrongCompletion {
        @Inject
        ResumeForgetsX0(StandardCompletion right) {
            super(right);
        }

        @Override
        public void resume(PeState pe, long address) {
            right.resume(pe, address);
            pe.cpu().x(0, Sdei.SUCCESS);
        }
    }

    static final class ResumeLeavesElr extends WrongCompletion {
        @Inject
        ResumeLeavesElr(StandardCompletion right) {
            super(right);
        }

        @Override
        public void resume(PeState pe, long address) {
            SavedContext context = pe.innermost();
            long pstate = context.pstate();
            right.resume(pe, address);
            pe.cpu().exceptionReturn(address, pstate);
        }
    }

    static final class ResumeStaysAtEl0 extends WrongCompletion {
        @Inject
        ResumeStaysAtEl0(StandardCompletion right) {
            super(right);
        }

        @Override
        public void resume(PeState pe, long address) {
            long interrupted = pe.innermost().pstate();
            right.resume(pe, address);
            ClientPe cpu = pe.cpu();
            cpu.resumeAt(address, ProcessorState.EL1H_MASKED.spsr() & ~0xFL | interrupted & 0xF);
        }
    }

    static final class ResumeOpensIrqs extends WrongCompletion {
        @Inject
        ResumeOpensIrqs(StandardCompletion right) {
            super(right);
        }

        @Override
        public void resume(PeState pe, long address) {
            right.resume(pe, address);
            pe.cpu().resumeAt(address, ProcessorState.EL1H_MASKED.spsr() & ~ProcessorState.DAIF);
        }
    }

    static final class OnUnmasked implements PowerRules {
        private final StandardPowerRules right;

        @Inject
        OnUnmasked(StandardPowerRules right) {
            this.right = right;
        }

        @Override
        public void turnedOn(PeState pe) {
            right.turnedOn(pe);
            pe.masked(false);
        }

        @Override
        public void turnedOff(PeState pe) {
            right.turnedOff(pe);
        }
    }

    static final class OnRegistered implements PowerRules {
        @Inject
        OnRegistered() {}

        @Override
        public void turnedOn(PeState pe) {
            pe.masked(true);
        }

        @Override
        public void turnedOff(PeState pe) {
            pe.masked(true);
        }
    }

    static final class OffRunning implements PowerRules {
        private final StandardPowerRules right;

        @Inject
        OffRunning(StandardPowerRules right) {
            this.right = right;
        }

        @Override
        public void turnedOn(PeState pe) {
            right.turnedOn(pe);
        }

        @Override
        public void turnedOff(PeState pe) {
            while (pe.depth() > 0) {
                pe.pop();
            }
            right.turnedOff(pe);
        }
    }

    static final class IgnoresMask implements ImmediateRules {
        private final StandardImmediateRules right;

        @Inject
        IgnoresMask(StandardImmediateRules right) {
            this.right = right;
        }

        @Override
        public Optional<Veto> obstacle(PeState pe, EventInstance event) {
            return right.obstacle(pe, event).filter(veto -> veto != Veto.EVENT_MASKED);
        }
    }

    static final class IgnoresHandlers implements ImmediateRules {
        private final StandardImmediateRules right;

        @Inject
        IgnoresHandlers(StandardImmediateRules right) {
            this.right = right;
        }

        @Override
        public Optional<Veto> obstacle(PeState pe, EventInstance event) {
            return right.obstacle(pe, event).filter(veto -> veto != Veto.HANDLER_RUNNING);
        }
    }
}
