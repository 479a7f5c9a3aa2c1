/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.sdei;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.sdei.Sdei;
import io.faultline.api.sdei.SdeiEventType;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.api.sdei.SdeiPriority;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.Rig;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A guest that is an SDEI client: makes calls and keeps the expectations that every check of the chapter shares.
 *
 * <p>Event numbers other than 0 are defined by the VMM in the request of the machine.
 */
final class SdeiClient {
    /** Private and normal. */
    static final NotificationChannel.SdeiEvent NORMAL =
            new NotificationChannel.SdeiEvent(0x4000_0100, SdeiEventType.PRIVATE, SdeiPriority.NORMAL);
    /** Private and normal, too. */
    static final NotificationChannel.SdeiEvent SECOND_NORMAL =
            new NotificationChannel.SdeiEvent(0x4000_0101, SdeiEventType.PRIVATE, SdeiPriority.NORMAL);
    /** Private and critical. */
    static final NotificationChannel.SdeiEvent CRITICAL =
            new NotificationChannel.SdeiEvent(0x4000_0110, SdeiEventType.PRIVATE, SdeiPriority.CRITICAL);
    /** Private and critical, too. */
    static final NotificationChannel.SdeiEvent SECOND_CRITICAL =
            new NotificationChannel.SdeiEvent(0x4000_0111, SdeiEventType.PRIVATE, SdeiPriority.CRITICAL);
    /** Shared and normal. */
    static final NotificationChannel.SdeiEvent SHARED =
            new NotificationChannel.SdeiEvent(0x4000_0200, SdeiEventType.SHARED, SdeiPriority.NORMAL);
    /** Shared and critical. */
    static final NotificationChannel.SdeiEvent SHARED_CRITICAL =
            new NotificationChannel.SdeiEvent(0x4000_0210, SdeiEventType.SHARED, SdeiPriority.CRITICAL);

    /** The standard event. */
    static final int EVENT_0 = Sdei.EVENT_SOFTWARE_SIGNALLED;
    /** A number that no event has. */
    static final int NO_EVENT = 0x4012_3456;
    /** An affinity that no PE has. */
    static final long NO_PE = 0xFE_00FD_FCFBL;
    /** A handler argument with all 64 bits in use. */
    static final long ARGUMENT = 0xFEDC_BA98_7654_3210L;

    private final Scenario s;
    private final Rig rig;

    private SdeiClient(Scenario s, Rig rig) {
        this.s = s;
        this.rig = rig;
    }

    /** A machine with one vCPU and event 0. */
    static SdeiClient boot(Scenario s) {
        return new SdeiClient(s, s.machine());
    }

    /** A machine with several vCPUs, all on, and event 0. */
    static SdeiClient boot(Scenario s, int vcpus) {
        SdeiClient guest = new SdeiClient(s, s.machine(request -> request.vcpus(vcpus)));
        guest.turnOnTheOthers(vcpus);
        return guest;
    }

    /** A machine with several vCPUs, all on, event 0, and what else is wanted. */
    static SdeiClient boot(Scenario s, int vcpus, Consumer<MachineRequest.Builder> more) {
        SdeiClient guest = new SdeiClient(s, s.machine(request -> more.accept(request.vcpus(vcpus))));
        guest.turnOnTheOthers(vcpus);
        return guest;
    }

    /** A machine with several vCPUs, all on, and the events of this class. */
    static SdeiClient bootWithEvents(Scenario s, int vcpus) {
        SdeiClient guest = new SdeiClient(
                s,
                s.machine(request -> request.vcpus(vcpus)
                        .channel(NORMAL)
                        .channel(SECOND_NORMAL)
                        .channel(CRITICAL)
                        .channel(SECOND_CRITICAL)
                        .channel(SHARED)
                        .channel(SHARED_CRITICAL)));
        guest.turnOnTheOthers(vcpus);
        return guest;
    }

    private void turnOnTheOthers(int vcpus) {
        for (int i = 1; i < vcpus; i++) {
            rig.turnOn(i);
        }
    }

    Rig rig() {
        return rig;
    }

    SteppingGuestCpu cpu() {
        return rig.cpu(0);
    }

    SteppingGuestCpu cpu(int index) {
        return rig.cpu(index);
    }

    long affinity(int index) {
        return rig.cpu(index).vcpu().affinity().mpidr();
    }

    // Calls on vCPU 0 unless a vCPU is given

    long call(SdeiFunction function, long... arguments) {
        return call(cpu(), function, arguments);
    }

    long call(SteppingGuestCpu cpu, SdeiFunction function, long... arguments) {
        return cpu.call(function.id(), arguments);
    }

    /** Makes a call and demands its result. */
    void expect(long result, SdeiFunction function, long... arguments) {
        expect(cpu(), result, function, arguments);
    }

    void expect(SteppingGuestCpu cpu, long result, SdeiFunction function, long... arguments) {
        s.expectEqual("result of " + function, result, call(cpu, function, arguments));
    }

    void expectStatus(int event, int bits) {
        expectStatus(cpu(), event, bits);
    }

    void expectStatus(SteppingGuestCpu cpu, int event, int bits) {
        s.expectEqual(
                "EVENT_STATUS of event 0x" + Integer.toHexString(event),
                bits,
                call(cpu, SdeiFunction.EVENT_STATUS, event));
    }

    void register(int event) {
        register(cpu(), event, 0);
    }

    void register(SteppingGuestCpu cpu, int event, int lane) {
        expect(
                cpu,
                Sdei.SUCCESS,
                SdeiFunction.EVENT_REGISTER,
                event,
                cpu.layout().handler(lane),
                ARGUMENT,
                0,
                0);
    }

    /** Registers a shared event for one PE. */
    void registerFor(SteppingGuestCpu cpu, int event, int lane, long affinity) {
        expect(
                cpu,
                Sdei.SUCCESS,
                SdeiFunction.EVENT_REGISTER,
                event,
                cpu.layout().handler(lane),
                ARGUMENT,
                Sdei.ROUTE_PE,
                affinity);
    }

    void enable(int event) {
        enable(cpu(), event);
    }

    void enable(SteppingGuestCpu cpu, int event) {
        expect(cpu, Sdei.SUCCESS, SdeiFunction.EVENT_ENABLE, event);
    }

    void unmask() {
        unmask(cpu());
    }

    void unmask(SteppingGuestCpu cpu) {
        expect(cpu, Sdei.SUCCESS, SdeiFunction.PE_UNMASK);
    }

    /** Registers and enables an event with the handler on a lane, and unmasks the PE. */
    void arm(int event, int lane) {
        arm(cpu(), event, lane);
    }

    void arm(SteppingGuestCpu cpu, int event, int lane) {
        register(cpu, event, lane);
        enable(cpu, event);
        unmask(cpu);
    }

    // Triggers

    /** vCPU 0 signals event 0 to itself; the handler has not been entered yet. */
    void signalSelf() {
        signal(cpu(), 0);
    }

    void signal(SteppingGuestCpu from, int target) {
        expect(from, Sdei.SUCCESS, SdeiFunction.EVENT_SIGNAL, EVENT_0, affinity(target));
    }

    /** The VMM triggers an event. */
    DeliveryOutcome trigger(NotificationChannel.SdeiEvent event, int vcpu) {
        DeliveryOutcome outcome = rig.notifications().inject(event, vcpu);
        s.note("the VMM injects event 0x" + Integer.toHexString(event.event()) + ": " + outcome);
        s.expectThat(
                "the VMM's trigger is accepted (" + outcome + ")", outcome.kind() != DeliveryOutcome.Kind.REJECTED);
        return outcome;
    }

    // Handlers

    /** Demands that the vCPU enters the handler on a lane before it executes anything else. */
    void expectEntry(SteppingGuestCpu cpu, int lane) {
        s.expectDiverted("dispatch", cpu.settle(), cpu.layout().handler(lane));
        s.witness("handler-entered");
    }

    void expectEntry(int lane) {
        expectEntry(cpu(), lane);
    }

    /** Demands that no event is dispatched: the vCPU goes on with its program. */
    void expectNoEntry(String why, SteppingGuestCpu cpu) {
        s.expectRetired("NOP, no event being dispatched because " + why, cpu.settle());
    }

    void expectNoEntry(String why) {
        expectNoEntry(why, cpu());
    }

    /** Arms event 0 with the handler on lane 0, signals it and enters the handler. */
    void enterHandler() {
        arm(EVENT_0, 0);
        signalSelf();
        expectEntry(0);
    }

    void complete(long pc) {
        complete(cpu(), pc);
    }

    /** Completes the innermost handler; execution goes on at an address. */
    void complete(SteppingGuestCpu cpu, long pc) {
        s.expectDiverted("EVENT_COMPLETE", cpu.callStep(SdeiFunction.EVENT_COMPLETE.id(), Sdei.HANDLED), pc);
    }

    /** Completes the innermost handler and goes on where it interrupted the guest, wherever that is. */
    void complete(SteppingGuestCpu cpu) {
        long handlerPc = cpu.pc();
        GuestStep step = cpu.callStep(SdeiFunction.EVENT_COMPLETE.id(), Sdei.HANDLED);
        if (!(step instanceof GuestStep.Diverted)) {
            throw s.failure(
                    "EVENT_COMPLETE at 0x" + Long.toHexString(handlerPc),
                    "not to return to the handler",
                    step.toString() + ", X0=" + cpu.x(0));
        }
    }

    void complete() {
        complete(cpu());
    }

    void resume(long address) {
        resume(cpu(), address);
    }

    void resume(SteppingGuestCpu cpu, long address) {
        s.expectDiverted(
                "EVENT_COMPLETE_AND_RESUME",
                cpu.callStep(SdeiFunction.EVENT_COMPLETE_AND_RESUME.id(), address),
                address);
    }

    // States of sdei.md 2.4

    /** The six states that an event can be in. */
    enum State {
        UNREGISTERED(0),
        REGISTERED(1),
        ENABLED(3),
        RUNNING_DISABLED(5),
        RUNNING(7),
        UNREGISTER_PENDING(4);

        private final int bits;

        State(int bits) {
            this.bits = bits;
        }

        int bits() {
            return bits;
        }

        boolean isRunning() {
            return (bits & Sdei.RUNNING) != 0;
        }
    }

    private static final Map<State, SdeiFunction> LAST_CALL = Map.of(
            State.RUNNING_DISABLED, SdeiFunction.EVENT_DISABLE,
            State.UNREGISTER_PENDING, SdeiFunction.EVENT_UNREGISTER);

    /** Brings event 0 of a fresh machine into a state; in the running states vCPU 0 is in its handler on lane 0. */
    void bringTo(State state) {
        switch (state) {
            case UNREGISTERED -> {}
            case REGISTERED -> register(EVENT_0);
            case ENABLED -> {
                register(EVENT_0);
                enable(EVENT_0);
            }
            default -> {
                enterHandler();
                if (state != State.RUNNING) {
                    call(LAST_CALL.get(state), EVENT_0);
                }
            }
        }
        expectStatus(EVENT_0, state.bits());
        s.witness("state-" + state.bits());
    }

    // Register expectations

    /** Where the vCPU is. */
    static ProcessorState state(SteppingGuestCpu cpu) {
        return new ProcessorState(cpu.read(CoreRegister.PSTATE));
    }

    /** Data memory for programs that check ordering. */
    static long scratch() {
        return GuestLayout.dataPage(0);
    }
}
