/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static io.faultline.api.sdei.Sdei.DENIED;
import static io.faultline.api.sdei.Sdei.INVALID_PARAMETERS;
import static io.faultline.api.sdei.Sdei.PENDING;
import static io.faultline.api.sdei.Sdei.SUCCESS;
import static io.faultline.api.sdei.SdeiFunction.EVENT_COMPLETE;
import static io.faultline.api.sdei.SdeiFunction.EVENT_COMPLETE_AND_RESUME;
import static io.faultline.api.sdei.SdeiFunction.EVENT_CONTEXT;
import static io.faultline.api.sdei.SdeiFunction.EVENT_DISABLE;
import static io.faultline.api.sdei.SdeiFunction.EVENT_ENABLE;
import static io.faultline.api.sdei.SdeiFunction.EVENT_GET_INFO;
import static io.faultline.api.sdei.SdeiFunction.EVENT_REGISTER;
import static io.faultline.api.sdei.SdeiFunction.EVENT_ROUTING_SET;
import static io.faultline.api.sdei.SdeiFunction.EVENT_SIGNAL;
import static io.faultline.api.sdei.SdeiFunction.EVENT_STATUS;
import static io.faultline.api.sdei.SdeiFunction.EVENT_UNREGISTER;
import static io.faultline.api.sdei.SdeiFunction.FEATURES;
import static io.faultline.api.sdei.SdeiFunction.PE_MASK;
import static io.faultline.api.sdei.SdeiFunction.PE_UNMASK;
import static io.faultline.api.sdei.SdeiFunction.PRIVATE_RESET;
import static io.faultline.api.sdei.SdeiFunction.SHARED_RESET;
import static io.faultline.api.sdei.SdeiFunction.VERSION;
import static io.faultline.conformance.mutant.KvmMutant.call;
import static io.faultline.conformance.mutant.KvmMutant.cell;
import static io.faultline.conformance.mutant.KvmMutant.everyCall;
import static io.faultline.conformance.mutant.KvmMutant.result;

import io.faultline.api.sdei.Sdei;
import io.faultline.backend.kvm.sdei.CallOutcome;
import io.faultline.backend.kvm.sdei.EventInstance;
import io.faultline.backend.kvm.sdei.HandlerOperation;
import io.faultline.backend.kvm.sdei.PeState;
import io.faultline.backend.kvm.sdei.SdeiCall;
import java.util.List;
import java.util.function.Predicate;

/** Bugs in the results and effects of single calls. */
final class SdeiCallMutants {
    static final List<Mutant> ALL = List.of(
            // Calls in general
            everyCall(
                    "errors-are-zero-extended",
                    "SDEI-004",
                    "X0 of a denied call",
                    (caller, call) -> map(call.execute(caller), value -> value < 0 ? value & 0xFFFF_FFFFL : value)),
            everyCall("calls-clobber-x19", "SDEI-007", "X19", (caller, call) -> {
                CallOutcome outcome = call.execute(caller);
                if (outcome.returns()) {
                    caller.cpu().x(19, 0);
                }
                return outcome;
            }),
            everyCall("calls-return-garbage-in-x2", "SDEI-008", "X2 after", (caller, call) -> {
                CallOutcome outcome = call.execute(caller);
                if (outcome.returns()) {
                    caller.cpu().x(2, 0xDEAD);
                }
                return outcome;
            }),
            call(
                    "status-looks-at-the-upper-half",
                    "SDEI-009",
                    "result of EVENT_STATUS",
                    EVENT_STATUS,
                    unless(caller -> caller.cpu().x(1) >>> 32 != 0, INVALID_PARAMETERS)),
            result(
                    "features-return-a-linux-code",
                    "SDEI-012",
                    "error code of FEATURES",
                    FEATURES,
                    v -> v < 0 ? -22 : v),
            result("version-is-2", "SDEI-013", "major version", VERSION, v -> v + (1L << 48)),
            result("version-is-1-7", "SDEI-014", "minor version", VERSION, v -> v | 7L << 32),
            call(
                    "version-changes-in-a-handler",
                    "SDEI-015",
                    "result of VERSION",
                    VERSION,
                    (caller, call) -> map(call.execute(caller), v -> caller.depth() > 0 ? v + 1 : v)),
            result("features-set-bit-32", "SDEI-016", "bits 63:32", FEATURES, v -> v < 0 ? v : v | 1L << 32),
            result("unknown-features-are-zero", "SDEI-018", "result of FEATURES", FEATURES, v -> v < 0 ? 0 : v),
            call(
                    "features-are-denied-in-a-handler",
                    "SDEI-020",
                    "result of FEATURES",
                    FEATURES,
                    unless(caller -> caller.depth() > 0, DENIED)),

            // GET_INFO
            call(
                    "event-zero-is-shared",
                    "SDEI-021",
                    "result of EVENT_GET_INFO",
                    EVENT_GET_INFO,
                    unless(caller -> caller.cpu().x(1) == 0 && caller.cpu().x(2) == Sdei.INFO_TYPE, 1)),
            call(
                    "types-are-swapped",
                    "SDEI-024",
                    "result of EVENT_GET_INFO",
                    EVENT_GET_INFO,
                    (caller, call) -> map(
                            call.execute(caller),
                            v -> caller.cpu().x(2) == Sdei.INFO_TYPE
                                            && v >= 0
                                            && caller.cpu().x(1) != 0
                                    ? 1 - v
                                    : v)),
            call(
                    "every-event-is-normal",
                    "SDEI-025",
                    "result of EVENT_GET_INFO",
                    EVENT_GET_INFO,
                    unless(caller -> caller.cpu().x(2) == Sdei.INFO_PRIORITY, 0)),
            call(
                    "signaled-is-two",
                    "SDEI-026",
                    "EV_SIGNALED of event 0",
                    EVENT_GET_INFO,
                    unless(caller -> caller.cpu().x(2) == Sdei.INFO_SIGNALED, 2)),
            call(
                    "private-events-have-a-routing-mode",
                    "SDEI-027",
                    "result of EVENT_GET_INFO",
                    EVENT_GET_INFO,
                    unless(caller -> caller.cpu().x(1) == 0 && caller.cpu().x(2) >= Sdei.INFO_ROUTING_MODE, 0)),
            call(
                    "unregistered-events-have-a-routing-mode",
                    "SDEI-028",
                    "result of EVENT_GET_INFO",
                    EVENT_GET_INFO,
                    (caller, call) -> map(call.execute(caller), v -> v == DENIED ? 0 : v)),
            call(
                    "routing-affinity-is-always-zero",
                    "SDEI-029",
                    "result of EVENT_GET_INFO",
                    EVENT_GET_INFO,
                    (caller, call) -> map(
                            call.execute(caller),
                            v -> caller.cpu().x(2) == Sdei.INFO_ROUTING_AFFINITY && v > 0 ? 0 : v)),
            call(
                    "affinity-of-route-any-is-denied",
                    "SDEI-030",
                    "EV_ROUTING_AFF is refused",
                    EVENT_GET_INFO,
                    (caller, call) -> map(
                            call.execute(caller),
                            v -> caller.cpu().x(1) != 0
                                            && caller.cpu().x(2) == Sdei.INFO_ROUTING_AFFINITY
                                            && v == INVALID_PARAMETERS
                                    ? DENIED
                                    : v)),
            call(
                    "unknown-information-is-zero",
                    "SDEI-031",
                    "result of EVENT_GET_INFO",
                    EVENT_GET_INFO,
                    unless(
                            caller -> (int) caller.cpu().x(2) > 4
                                    || (int) caller.cpu().x(2) < 0,
                            0)),
            call(
                    "information-needs-registration",
                    "SDEI-032",
                    "result of EVENT_GET_INFO",
                    EVENT_GET_INFO,
                    unless(
                            caller -> caller.machine()
                                    .find(caller, (int) caller.cpu().x(1))
                                    .filter(event -> !event.is(Sdei.REGISTERED))
                                    .isPresent(),
                            DENIED)),

            // REGISTER
            cell("registering-twice-succeeds", "SDEI-034", "EVENT_REGISTER", HandlerOperation.REGISTER, 1, SUCCESS, 1),
            cell("a-running-event-registers", "SDEI-035", "EVENT_REGISTER", HandlerOperation.REGISTER, 4, SUCCESS, 5),
            cell("registered-means-enabled", "SDEI-036", "EVENT_STATUS", HandlerOperation.REGISTER, 0, SUCCESS, 3),
            call(
                    "only-the-first-pe-registers",
                    "SDEI-038",
                    "result of EVENT_REGISTER",
                    EVENT_REGISTER,
                    unless(caller -> caller.index() > 1, DENIED)),
            call("flags-are-ignored", "SDEI-040", "result of EVENT_REGISTER", EVENT_REGISTER, (caller, call) -> {
                caller.cpu().x(4, caller.cpu().x(4) & (Sdei.ROUTE_PE | Sdei.FLAG_RELATIVE));
                return call.execute(caller);
            }),
            call("relative-mode-is-taken", "SDEI-044", "result of EVENT_REGISTER", EVENT_REGISTER, (caller, call) -> {
                caller.cpu().x(4, caller.cpu().x(4) & ~Sdei.FLAG_RELATIVE);
                return call.execute(caller);
            }),
            call(
                    "a-bad-affinity-means-here",
                    "SDEI-041",
                    "result of EVENT_REGISTER",
                    EVENT_REGISTER,
                    (caller, call) -> {
                        if (caller.cpu().x(4) == Sdei.ROUTE_PE) {
                            caller.cpu().x(5, caller.cpu().affinity());
                        }
                        return call.execute(caller);
                    }),

            // ENABLE, DISABLE, UNREGISTER, STATUS
            cell(
                    "unregistered-events-enable",
                    "SDEI-049",
                    "result of EVENT_ENABLE",
                    HandlerOperation.ENABLE,
                    0,
                    SUCCESS,
                    0),
            cell("disable-leaves-it-enabled", "SDEI-050", "EVENT_STATUS", HandlerOperation.DISABLE, 3, SUCCESS, 3),
            cell(
                    "enabling-twice-is-denied",
                    "SDEI-051",
                    "result of EVENT_ENABLE",
                    HandlerOperation.ENABLE,
                    3,
                    DENIED,
                    3),
            cell("a-handler-cannot-disable", "SDEI-052", "EVENT_STATUS", HandlerOperation.DISABLE, 7, SUCCESS, 7),
            call("unregister-leaves-a-bit", "SDEI-057", "EVENT_STATUS", EVENT_UNREGISTER, (caller, call) -> {
                CallOutcome outcome = call.execute(caller);
                if (outcome.value() == SUCCESS) {
                    caller.machine()
                            .find(caller, (int) caller.cpu().x(1))
                            .ifPresent(event -> event.state(Sdei.REGISTERED));
                }
                return outcome;
            }),
            cell("disable-ends-the-handler", "SDEI-053", "EVENT_STATUS", HandlerOperation.DISABLE, 7, SUCCESS, 1),
            cell(
                    "unregistering-nothing-succeeds",
                    "SDEI-058",
                    "EVENT_UNREGISTER",
                    HandlerOperation.UNREGISTER,
                    0,
                    SUCCESS,
                    0),
            cell(
                    "unregistering-a-handler-succeeds",
                    "SDEI-059",
                    "EVENT_UNREGISTER",
                    HandlerOperation.UNREGISTER,
                    7,
                    SUCCESS,
                    0),
            cell(
                    "unregistering-again-is-denied",
                    "SDEI-060",
                    "EVENT_UNREGISTER",
                    HandlerOperation.UNREGISTER,
                    4,
                    DENIED,
                    4),
            cell(
                    "completion-forgets-the-unregister",
                    "SDEI-061",
                    "EVENT_STATUS",
                    HandlerOperation.COMPLETE,
                    4,
                    SUCCESS,
                    1),
            cell("completion-leaves-it-running", "SDEI-067", "EVENT_STATUS", HandlerOperation.COMPLETE, 7, SUCCESS, 7),
            call(
                    "another-pe-unregisters-at-once",
                    "SDEI-063",
                    "result of EVENT_UNREGISTER",
                    EVENT_UNREGISTER,
                    (caller, call) ->
                            map(call.execute(caller), v -> v == PENDING && caller.depth() == 0 ? SUCCESS : v)),
            result("status-has-bit-3", "SDEI-065", "EVENT_STATUS", EVENT_STATUS, v -> v == 7 ? 15 : v),
            call(
                    "status-is-that-of-pe-0",
                    "SDEI-066",
                    "EVENT_STATUS",
                    EVENT_STATUS,
                    (caller, call) -> CallOutcome.of(caller.machine()
                            .find(caller.machine().processor(0), (int)
                                    caller.cpu().x(1))
                            .map(event -> (long) event.state())
                            .orElse(INVALID_PARAMETERS))),
            call(
                    "status-is-denied-in-a-handler",
                    "SDEI-068",
                    "EVENT_STATUS",
                    EVENT_STATUS,
                    unless(caller -> caller.depth() > 0, DENIED)),

            // Routing
            cell(
                    "an-enabled-event-is-routed",
                    "SDEI-069",
                    "EVENT_ROUTING_SET",
                    HandlerOperation.ROUTING_SET,
                    3,
                    SUCCESS,
                    3),
            call(
                    "private-events-are-routed",
                    "SDEI-070",
                    "EVENT_ROUTING_SET",
                    EVENT_ROUTING_SET,
                    unless(caller -> caller.cpu().x(1) == 0, SUCCESS)),
            call("routing-to-nobody-succeeds", "SDEI-071", "EVENT_ROUTING_SET", EVENT_ROUTING_SET, (caller, call) -> {
                CallOutcome outcome = call.execute(caller);
                return outcome.value() == INVALID_PARAMETERS && caller.cpu().x(2) == Sdei.ROUTE_PE
                        ? CallOutcome.of(SUCCESS)
                        : outcome;
            }),
            call("mode-bits-are-ignored", "SDEI-072", "EVENT_ROUTING_SET", EVENT_ROUTING_SET, (caller, call) -> {
                caller.cpu().x(2, caller.cpu().x(2) & 1);
                return call.execute(caller);
            }),

            // Mask
            result("masking-always-says-zero", "SDEI-078", "result of PE_MASK", PE_MASK, v -> 0),
            result("unmasking-says-one", "SDEI-079", "result of PE_UNMASK", PE_UNMASK, v -> 1),
            call("the-mask-is-for-all", "SDEI-082", "result of PE_MASK", PE_UNMASK, (caller, call) -> {
                caller.machine().processors().forEach(pe -> pe.masked(false));
                return call.execute(caller);
            }),
            call(
                    "masking-is-denied-in-a-handler",
                    "SDEI-083",
                    "result of PE_MASK",
                    PE_MASK,
                    unless(caller -> caller.depth() > 0, DENIED)),

            // Signal
            call("every-event-can-be-signalled", "SDEI-103", "EVENT_SIGNAL", EVENT_SIGNAL, (caller, call) -> {
                caller.cpu().x(1, 0);
                return call.execute(caller);
            }),
            result("signalling-nobody-succeeds", "SDEI-104", "EVENT_SIGNAL", EVENT_SIGNAL, v -> 0),
            call("signals-go-to-the-caller", "SDEI-105", "vCPU 1 is the target", EVENT_SIGNAL, (caller, call) -> {
                caller.cpu().x(2, caller.cpu().affinity());
                return call.execute(caller);
            }),
            call(
                    "signals-in-handlers-are-denied",
                    "SDEI-111",
                    "EVENT_SIGNAL",
                    EVENT_SIGNAL,
                    unless(caller -> caller.depth() > 0, DENIED)),

            // Context
            call(
                    "the-18th-register-is-the-pc",
                    "SDEI-144",
                    "EVENT_CONTEXT",
                    EVENT_CONTEXT,
                    (caller, call) -> caller.depth() > 0 && caller.cpu().x(1) == 18
                            ? CallOutcome.of(caller.innermost().pc())
                            : call.execute(caller)),
            call(
                    "context-outside-a-handler-is-zero",
                    "SDEI-145",
                    "EVENT_CONTEXT",
                    EVENT_CONTEXT,
                    unless(caller -> caller.depth() == 0, 0)),
            call(
                    "context-is-that-of-the-outermost",
                    "SDEI-146",
                    "EVENT_CONTEXT",
                    EVENT_CONTEXT,
                    (caller, call) -> caller.depth() > 1
                            ? CallOutcome.of(
                                    caller.context(0).x((int) caller.cpu().x(1)))
                            : call.execute(caller)),
            call("context-shows-live-registers", "SDEI-143", "EVENT_CONTEXT", EVENT_CONTEXT, (caller, call) -> {
                CallOutcome outcome = call.execute(caller);
                int n = (int) caller.cpu().x(1);
                return outcome.value() != DENIED && n > 3 && n < 18
                        ? CallOutcome.of(caller.cpu().x(n))
                        : outcome;
            }),

            // Completion
            call(
                    "completing-nothing-succeeds",
                    "SDEI-150",
                    "EVENT_COMPLETE",
                    EVENT_COMPLETE,
                    unless(caller -> caller.depth() == 0, SUCCESS)),
            call(
                    "a-failed-handler-goes-on",
                    "SDEI-151",
                    "EVENT_COMPLETE(1)",
                    EVENT_COMPLETE,
                    unless(caller -> caller.depth() > 0 && caller.cpu().x(1) == Sdei.FAILED, SUCCESS)),
            call("pop-before-the-check", "SDEI-159", "EVENT_STATUS", EVENT_COMPLETE_AND_RESUME, (caller, call) -> {
                CallOutcome outcome = call.execute(caller);
                if (outcome.returns() && caller.depth() > 0) {
                    EventInstance event = caller.pop();
                    event.state(event.state() & ~Sdei.RUNNING);
                }
                return outcome;
            }),

            // Resets
            call("private-reset-resets-all-pes", "SDEI-165", "EVENT_STATUS", PRIVATE_RESET, (caller, call) -> {
                for (PeState pe : caller.machine().processors()) {
                    if (pe.depth() == 0 && pe != caller) {
                        pe.events().forEach(EventInstance::clearRegistration);
                        pe.events().forEach(event -> event.state(0));
                    }
                }
                return call.execute(caller);
            }),
            result("private-reset-never-fails", "SDEI-166", "result of PRIVATE_RESET", PRIVATE_RESET, v -> 0),
            call(
                    "shared-reset-does-nothing",
                    "SDEI-167",
                    "EVENT_STATUS",
                    SHARED_RESET,
                    (caller, call) -> CallOutcome.of(SUCCESS)),
            result("shared-reset-never-fails", "SDEI-168", "result of SHARED_RESET", SHARED_RESET, v -> 0),
            call(
                    "resets-need-a-registration",
                    "SDEI-171",
                    "result of PRIVATE_RESET",
                    PRIVATE_RESET,
                    unless(caller -> caller.events().stream().noneMatch(event -> event.is(Sdei.REGISTERED)), DENIED)),
            call("resets-mask-the-pe", "SDEI-173", "result of PE_MASK", SHARED_RESET, (caller, call) -> {
                caller.masked(true);
                return call.execute(caller);
            }),

            // Events
            everyCall("an-unknown-event-is-denied", "SDEI-023", "result of EVENT_", (caller, call) -> {
                CallOutcome outcome = call.execute(caller);
                return outcome.value() == INVALID_PARAMETERS
                                && (int) caller.cpu().x(1) == 0x4012_3456
                        ? CallOutcome.of(DENIED)
                        : outcome;
            }),
            call(
                    "enabling-does-nothing",
                    "SDEI-001",
                    "0xC4000028, status",
                    EVENT_ENABLE,
                    (caller, call) -> CallOutcome.of(SUCCESS)),
            call("disable-unmasks", "SDEI-085", "EVENT_STATUS", PE_MASK, (caller, call) -> {
                caller.events().stream().filter(event -> event.state() == 3).forEach(event -> event.state(1));
                return call.execute(caller);
            }),
            call("disable-drops-the-trigger", "SDEI-127", "dispatch", EVENT_DISABLE, (caller, call) -> {
                caller.events().forEach(event -> event.pending(false));
                return call.execute(caller);
            }));

    private SdeiCallMutants() {}

    private static CallOutcome map(CallOutcome outcome, java.util.function.LongUnaryOperator bug) {
        return outcome.returns() ? CallOutcome.of(bug.applyAsLong(outcome.value())) : outcome;
    }

    /** The right call, unless a condition holds. */
    private static java.util.function.BiFunction<PeState, SdeiCall, CallOutcome> unless(
            Predicate<PeState> condition, long result) {
        return (caller, call) -> condition.test(caller) ? CallOutcome.of(result) : call.execute(caller);
    }
}
