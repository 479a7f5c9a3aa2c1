/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static io.faultline.api.sdei.Sdei.DENIED;
import static io.faultline.api.sdei.Sdei.INVALID_PARAMETERS;
import static io.faultline.api.sdei.Sdei.OUT_OF_RESOURCE;
import static io.faultline.api.sdei.Sdei.SUCCESS;
import static io.faultline.api.sdei.SdeiFunction.EVENT_REGISTER;
import static io.faultline.api.sdei.SdeiFunction.FEATURES;
import static io.faultline.api.sdei.SdeiFunction.INTERRUPT_BIND;
import static io.faultline.api.sdei.SdeiFunction.INTERRUPT_RELEASE;
import static io.faultline.api.sdei.SdeiFunction.SHARED_RESET;
import static io.faultline.conformance.mutant.KvmMutant.call;
import static io.faultline.conformance.mutant.KvmMutant.made;
import static io.faultline.conformance.mutant.KvmMutant.part;
import static io.faultline.conformance.mutant.KvmMutant.result;

import io.faultline.api.sdei.Sdei;
import io.faultline.backend.kvm.sdei.CallOutcome;
import io.faultline.backend.kvm.sdei.Eligibility;
import io.faultline.backend.kvm.sdei.EventInstance;
import io.faultline.backend.kvm.sdei.PeState;
import io.faultline.backend.kvm.sdei.PowerRules;
import io.faultline.backend.kvm.sdei.Registration;
import io.faultline.backend.kvm.sdei.SdeiCall;
import io.faultline.backend.kvm.sdei.Slots;
import io.faultline.backend.kvm.sdei.StandardEligibility;
import io.faultline.backend.kvm.sdei.StandardPowerRules;
import io.faultline.backend.kvm.sdei.StandardRegistration;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;

/** Bugs in interrupts that are bound to events, and in what wakes a PE from a power-down. */
final class SdeiBindMutants {
    private static final Eligibility RIGHT = new StandardEligibility();
    private static final String BIND = "result of INTERRUPT_BIND";
    private static final String RELEASE = "result of INTERRUPT_RELEASE";

    static final List<Mutant> ALL = List.of(
            result("one-slot-of-each-kind", "SDEI-017", "at least 2", FEATURES, v -> v > 0 ? 0x1_0001 : v),
            call(
                    "an-unbound-slot-registers",
                    "SDEI-045",
                    "result of EVENT_REGISTER",
                    EVENT_REGISTER,
                    (caller, call) -> {
                        boolean unbound = slot(caller)
                                .filter(slot -> !slot.binding().isBound())
                                .isPresent();
                        return unbound ? CallOutcome.of(SUCCESS) : call.execute(caller);
                    }),
            call(
                    "an-active-interrupt-registers",
                    "SDEI-048",
                    "result of EVENT_REGISTER",
                    EVENT_REGISTER,
                    SdeiBindMutants::ignoresActive),
            result("spis-give-private-events", "SDEI-087", "EVENT_GET_INFO", INTERRUPT_BIND, v -> v == 2000 ? 1000 : v),
            call("binding-again-needs-a-slot", "SDEI-088", BIND, INTERRUPT_BIND, (caller, call) -> {
                boolean bound = caller.machine().slots().of(argument(caller)).isPresent();
                return bound ? CallOutcome.of(OUT_OF_RESOURCE) : call.execute(caller);
            }),
            call(
                    "sgis-can-be-bound",
                    "SDEI-089",
                    BIND,
                    INTERRUPT_BIND,
                    (caller, call) -> argument(caller) < 16 && argument(caller) >= 0
                            ? CallOutcome.of(1000)
                            : call.execute(caller)),
            result(
                    "a-full-dispatcher-denies",
                    "SDEI-090",
                    BIND,
                    INTERRUPT_BIND,
                    v -> v == OUT_OF_RESOURCE ? DENIED : v),
            call("slots-are-counted-together", "SDEI-091", BIND, INTERRUPT_BIND, (caller, call) -> {
                boolean full = caller.machine().slots().all().stream()
                        .filter(slot -> slot.definition().isPrivate())
                        .allMatch(slot -> slot.binding().isBound());
                return full && argument(caller) >= 32 ? CallOutcome.of(OUT_OF_RESOURCE) : call.execute(caller);
            }),
            result("everything-is-the-clients", "SDEI-093", BIND, INTERRUPT_BIND, v -> v == DENIED ? 1000 : v),
            call("releasing-does-nothing", "SDEI-094", "event", INTERRUPT_RELEASE, SdeiBindMutants::keepsBinding),
            result(
                    "unbound-slots-are-released",
                    "SDEI-095",
                    RELEASE,
                    INTERRUPT_RELEASE,
                    v -> v == INVALID_PARAMETERS ? SUCCESS : v),
            call(
                    "event-0-is-released",
                    "SDEI-096",
                    RELEASE,
                    INTERRUPT_RELEASE,
                    (caller, call) -> argument(caller) == 0 ? CallOutcome.of(SUCCESS) : call.execute(caller)),
            result("slots-in-use-are-released", "SDEI-097", RELEASE, INTERRUPT_RELEASE, v -> v == DENIED ? SUCCESS : v),
            part(
                    "interrupts-are-never-given-back",
                    "SDEI-098",
                    "the interrupt that is acknowledged",
                    Registration.class,
                    keepsInterrupts()),
            call(
                    "no-binding-in-handlers",
                    "SDEI-099",
                    BIND,
                    INTERRUPT_BIND,
                    (caller, call) -> caller.depth() > 0 ? CallOutcome.of(DENIED) : call.execute(caller)),
            part(
                    "bound-interrupts-are-not-taken-away",
                    "SDEI-100",
                    "the interrupt that is acknowledged",
                    Registration.class,
                    leavesInterrupts()),
            part(
                    "a-level-fires-once",
                    "SDEI-101",
                    "dispatch",
                    Eligibility.class,
                    (pe, event) -> RIGHT.isEligible(pe, event)
                            && !(event.definition().isDynamic() && event.lastTaker() != EventInstance.NOBODY)),
            part(
                    "bound-ppis-run-on-pe-0",
                    "SDEI-102",
                    "dispatch",
                    Eligibility.class,
                    (pe, event) ->
                            RIGHT.isEligible(pe, event) && !(event.definition().isDynamic() && pe.index() > 0)),
            result(
                    "shared-reset-leaves-bound-private-events",
                    "SDEI-169",
                    "result of SHARED_RESET",
                    SHARED_RESET,
                    v -> SUCCESS),
            made("a-pe-wakes-unmasked", "SDEI-175", "result of PE_MASK", PowerRules.class, WakesUnmasked.class));

    private SdeiBindMutants() {}

    private static int argument(PeState caller) {
        return (int) caller.cpu().x(1);
    }

    private static Optional<Slots.Slot> slot(PeState caller) {
        return caller.machine().slots().all().stream()
                .filter(slot -> slot.event() == argument(caller))
                .findFirst();
    }

    private static CallOutcome ignoresActive(PeState caller, SdeiCall call) {
        CallOutcome outcome = call.execute(caller);
        boolean active = slot(caller)
                .filter(slot -> slot.binding().isBound())
                .filter(slot -> caller.machine()
                        .client()
                        .interrupts()
                        .isActive(caller.index(), slot.binding().intid()))
                .isPresent();
        if (active) {
            caller.machine().find(caller, argument(caller)).ifPresent(event -> event.state(Sdei.REGISTERED));
            return CallOutcome.of(SUCCESS);
        }
        return outcome;
    }

    private static CallOutcome keepsBinding(PeState caller, SdeiCall call) {
        boolean idle = caller.machine()
                .find(caller, argument(caller))
                .filter(event -> event.state() == 0 && event.binding().isBound())
                .isPresent();
        return idle ? CallOutcome.of(SUCCESS) : call.execute(caller);
    }

    private static Registration keepsInterrupts() {
        return new Registration() {
            @Override
            public void register(EventInstance event, long entry, long argument, int target) {
                new StandardRegistration().register(event, entry, argument, target);
            }

            @Override
            public void forget(EventInstance event) {
                event.clearRegistration();
            }
        };
    }

    private static Registration leavesInterrupts() {
        return new Registration() {
            @Override
            public void register(EventInstance event, long entry, long argument, int target) {
                event.pending(false);
                event.handler(entry, argument);
                event.target(target);
            }

            @Override
            public void forget(EventInstance event) {
                new StandardRegistration().forget(event);
            }
        };
    }

    static final class WakesUnmasked implements PowerRules {
        private final StandardPowerRules right;

        @Inject
        WakesUnmasked(StandardPowerRules right) {
            this.right = right;
        }

        @Override
        public void turnedOn(PeState pe) {
            right.turnedOn(pe);
        }

        @Override
        public void turnedOff(PeState pe) {
            right.turnedOff(pe);
        }

        @Override
        public void resumed(PeState pe) {
            // forgets to mask
        }
    }
}
