/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import io.faultline.api.pagefault.Veto;
import io.faultline.backend.core.pagefault.FaultContext;
import io.faultline.backend.core.pagefault.NotPresentRoute;
import io.faultline.backend.core.pagefault.ReadyRoute;
import io.faultline.backend.core.pagefault.VetoRule;
import io.faultline.backend.hyperv.pagefault.ExceptionNotPresentRoute;
import io.faultline.backend.hyperv.pagefault.PageFaultDecoration;
import io.faultline.backend.hyperv.pagefault.PageFaults;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/** Bugs that a guest sees that is told of page faults. */
final class FaultBugs {
    private FaultBugs() {}

    static Stream<Named<Module>> all() {
        return Stream.of(
                Named.of("a guest is told of a fault while interrupts are masked", without(Veto.INTERRUPTS_MASKED)),
                Named.of("EL1 is told of a fault and has not asked for that", without(Veto.SUPERVISOR_MODE)),
                Named.of("a fault is written over one that was not read", bug(new Overwriting())),
                Named.of("a flag is missing for the ready of a fault", bug(new Overbooking())),
                Named.of("a page is ready twice", bug(new Repeating())));
    }

    private static Module bug(PageFaultDecoration broken) {
        return new AbstractModule() {
            @Override
            protected void configure() {
                bind(PageFaultDecoration.class).toInstance(broken);
            }
        };
    }

    private static Module without(Veto missing) {
        return bug(new PageFaultDecoration() {
            @Override
            public VetoRule rule(Veto veto, VetoRule rule, PageFaults machine) {
                return veto.equals(missing) ? fault -> Optional.empty() : rule;
            }
        });
    }

    private static class Told implements NotPresentRoute {
        private final NotPresentRoute standard;

        Told(NotPresentRoute standard) {
            this.standard = standard;
        }

        @Override
        public Optional<Veto> obstacle(FaultContext fault) {
            return standard.obstacle(fault);
        }

        @Override
        public boolean isSlotFree(int vcpu) {
            return standard.isSlotFree(vcpu);
        }

        @Override
        public boolean deliver(FaultContext fault, long token) {
            return standard.deliver(fault, token);
        }

        @Override
        public boolean withdraw(int vcpu, long token) {
            return standard.withdraw(vcpu, token);
        }
    }

    private static final class Overwriting implements PageFaultDecoration {
        @Override
        public NotPresentRoute notPresent(NotPresentRoute route, PageFaults machine) {
            return new Told(route) {
                @Override
                public boolean isSlotFree(int vcpu) {
                    return true;
                }
            };
        }
    }

    private static final class Overbooking implements PageFaultDecoration {
        @Override
        public NotPresentRoute notPresent(NotPresentRoute route, PageFaults machine) {
            return new Told(route) {
                @Override
                public Optional<Veto> obstacle(FaultContext fault) {
                    return super.obstacle(fault).filter(veto -> veto != ExceptionNotPresentRoute.FLAGS_IN_USE);
                }
            };
        }
    }

    private static class Ready implements ReadyRoute {
        private final ReadyRoute standard;

        Ready(ReadyRoute standard) {
            this.standard = standard;
        }

        @Override
        public boolean isSlotFree(int vcpu) {
            return standard.isSlotFree(vcpu);
        }

        @Override
        public boolean isOpen(int vcpu) {
            return standard.isOpen(vcpu);
        }

        @Override
        public boolean show(int vcpu, long token) {
            return standard.show(vcpu, token);
        }

        @Override
        public void acknowledged(int vcpu) {
            standard.acknowledged(vcpu);
        }

        @Override
        public void cancel(int vcpu) {
            standard.cancel(vcpu);
        }

        @Override
        public long wakeAllToken() {
            return standard.wakeAllToken();
        }
    }

    /** If there is room. */
    private static final class Repeating implements PageFaultDecoration {
        @Override
        public ReadyRoute ready(ReadyRoute route, PageFaults machine) {
            return new Ready(route) {
                @Override
                public boolean show(int vcpu, long token) {
                    boolean isShown = super.show(vcpu, token);
                    if (isShown && token != wakeAllToken() && isSlotFree(vcpu)) {
                        super.show(vcpu, token);
                    }
                    return isShown;
                }
            };
        }
    }
}
