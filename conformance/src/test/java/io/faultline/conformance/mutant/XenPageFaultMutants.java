/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import com.google.inject.AbstractModule;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.backend.core.pagefault.FaultContext;
import io.faultline.backend.core.pagefault.NotPresentRoute;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.core.pagefault.ReadyRoute;
import io.faultline.backend.core.pagefault.VetoRule;
import io.faultline.backend.xen.XenBackendProvider;
import io.faultline.backend.xen.XenBackends;
import io.faultline.backend.xen.hypercall.Hypercall;
import io.faultline.backend.xen.pagefault.EventNotPresentRoute;
import io.faultline.backend.xen.pagefault.PageFaultDecoration;
import io.faultline.backend.xen.pagefault.PageFaultOp;
import io.faultline.backend.xen.pagefault.Registration;
import io.faultline.backend.xen.pagefault.Registrations;
import io.faultline.backend.xen.pagefault.RingReadyRoute;
import io.faultline.backend.xen.pagefault.SharedArea;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** Bugs in asynchronous page faults of the Xen-style backend. */
final class XenPageFaultMutants {
    private static final int EVENT_INTERRUPT = 31;

    static final List<Mutant> ALL = List.of(
            ready(
                    "xen-event-dropped",
                    "APF-112",
                    "upcalls for an entry after the drain",
                    Set.of("APF-192"),
                    (right, machine) -> new Ready(right) {
                        @Override
                        public boolean show(int vcpu, long token) {
                            Registration registration = machine.of(vcpu);
                            if (registration != null && registration.producer() == 3) {
                                registration.append(SharedArea.READY, token);
                                return true;
                            }
                            return right.show(vcpu, token);
                        }
                    }),
            ready(
                    "xen-full-ring-overwritten",
                    "APF-136",
                    "producer of a full ring",
                    Set.of(),
                    (right, machine) -> new Ready(right) {
                        @Override
                        public boolean isSlotFree(int vcpu) {
                            return machine.of(vcpu) != null;
                        }

                        @Override
                        public boolean show(int vcpu, long token) {
                            Registration registration = machine.of(vcpu);
                            if (registration != null && registration.room() == 0) {
                                registration.append(SharedArea.READY, token);
                                return true;
                            }
                            return right.show(vcpu, token);
                        }
                    }),
            notPresent(
                    "xen-room-not-reserved",
                    "APF-137",
                    "at most 4 faults",
                    Set.of(),
                    (right, machine) -> new NotPresent(right) {
                        @Override
                        public Optional<Veto> obstacle(FaultContext fault) {
                            Optional<Veto> veto = right.obstacle(fault);
                            return veto.equals(Optional.of(EventNotPresentRoute.RING_FULL)) ? Optional.empty() : veto;
                        }
                    }),
            ready(
                    "xen-no-event-inside-the-handler",
                    "APF-192",
                    "an event is there for an entry after the drain",
                    Set.of(),
                    (right, machine) -> new Ready(right) {
                        @Override
                        public boolean show(int vcpu, long token) {
                            Registration registration = machine.of(vcpu);
                            boolean handles =
                                    machine.host().gic().redistributor(vcpu).isActive(EVENT_INTERRUPT);
                            if (registration != null && registration.room() > 0 && handles) {
                                registration.append(
                                        token == RingReadyRoute.WAKE_ALL ? SharedArea.WAKE_ALL : SharedArea.READY,
                                        token);
                                return true;
                            }
                            return right.show(vcpu, token);
                        }
                    }),
            mutant(
                    "xen-registered-again",
                    "APF-193",
                    "result of registering twice",
                    Set.of(),
                    new PageFaultDecoration() {
                        @Override
                        public Hypercall call(Hypercall right, Registrations machine) {
                            return caller -> {
                                if (caller.word(0) == PageFaultOp.REGISTER) {
                                    machine.unregister(caller.vcpu());
                                }
                                return right.call(caller);
                            };
                        }
                    }),
            mutant("xen-masked-kernel-told", "XEN-194", "state of not-present", Set.of(), new PageFaultDecoration() {
                @Override
                public VetoRule rule(Veto veto, VetoRule right, Registrations machine) {
                    return veto.equals(Veto.INTERRUPTS_MASKED) ? fault -> Optional.empty() : right;
                }

                @Override
                public NotPresentRoute notPresent(NotPresentRoute right, Registrations machine) {
                    return new NotPresent(right) {
                        @Override
                        public boolean deliver(FaultContext fault, long token) {
                            Registration registration = machine.of(fault.vcpu());
                            if (right.deliver(fault, token) || registration == null) {
                                return true;
                            }
                            registration.area().notPresent(token);
                            return false;
                        }
                    };
                }
            }),
            mutant("xen-unregister-forgets", "XEN-195", "after unregister", Set.of(), new PageFaultDecoration() {
                @Override
                public Policy policy(Policy right) {
                    return PageFaultParts.copy(right)
                            .disableEffect(Policy.DisableEffect.CANCEL)
                            .build();
                }
            }),
            ready("xen-one-answer-for-all", "XEN-196", "of vCPU 1", Set.of(), (right, machine) -> new Ready(right) {
                @Override
                public boolean isSlotFree(int vcpu) {
                    for (int other = 0; other < machine.host().vcpuCount(); other++) {
                        Registration registration = machine.of(other);
                        if (registration != null && registration.area().state() != SharedArea.FREE) {
                            return false;
                        }
                    }
                    return right.isSlotFree(vcpu);
                }
            }));

    private XenPageFaultMutants() {}

    private static Mutant mutant(
            String id, String rule, String words, Set<String> collateral, PageFaultDecoration bug) {
        XenBackendProvider provider = new XenBackendProvider();
        return new Mutant(
                id,
                "a bug in asynchronous page faults",
                rule,
                words,
                collateral,
                () -> XenBackends.open(BackendConfiguration.defaults(provider.descriptor()), new AbstractModule() {
                    @Override
                    protected void configure() {
                        bind(PageFaultDecoration.class).toInstance(bug);
                    }
                }));
    }

    private static Mutant ready(
            String id,
            String rule,
            String words,
            Set<String> collateral,
            BiFunction<ReadyRoute, Registrations, ReadyRoute> bug) {
        return mutant(id, rule, words, collateral, new PageFaultDecoration() {
            @Override
            public ReadyRoute ready(ReadyRoute right, Registrations machine) {
                return bug.apply(right, machine);
            }
        });
    }

    private static Mutant notPresent(
            String id,
            String rule,
            String words,
            Set<String> collateral,
            BiFunction<NotPresentRoute, Registrations, NotPresentRoute> bug) {
        return mutant(id, rule, words, collateral, new PageFaultDecoration() {
            @Override
            public NotPresentRoute notPresent(NotPresentRoute right, Registrations machine) {
                return bug.apply(right, machine);
            }
        });
    }

    /** The right route. */
    private static class Ready implements ReadyRoute {
        private final ReadyRoute right;

        Ready(ReadyRoute right) {
            this.right = right;
        }

        @Override
        public boolean isSlotFree(int vcpu) {
            return right.isSlotFree(vcpu);
        }

        @Override
        public boolean isOpen(int vcpu) {
            return right.isOpen(vcpu);
        }

        @Override
        public boolean show(int vcpu, long token) {
            return right.show(vcpu, token);
        }

        @Override
        public void acknowledged(int vcpu) {
            right.acknowledged(vcpu);
        }

        @Override
        public void cancel(int vcpu) {
            right.cancel(vcpu);
        }

        @Override
        public long wakeAllToken() {
            return right.wakeAllToken();
        }
    }

    /** The right route. */
    private static class NotPresent implements NotPresentRoute {
        private final NotPresentRoute right;

        NotPresent(NotPresentRoute right) {
            this.right = right;
        }

        @Override
        public Optional<Veto> obstacle(FaultContext fault) {
            return right.obstacle(fault);
        }

        @Override
        public boolean isSlotFree(int vcpu) {
            return right.isSlotFree(vcpu);
        }

        @Override
        public boolean deliver(FaultContext fault, long token) {
            return right.deliver(fault, token);
        }

        @Override
        public boolean withdraw(int vcpu, long token) {
            return right.withdraw(vcpu, token);
        }
    }
}
