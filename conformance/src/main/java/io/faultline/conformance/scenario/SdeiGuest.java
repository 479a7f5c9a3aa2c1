/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.scenario;

import io.faultline.api.guest.GuestStep;
import io.faultline.api.sdei.Sdei;
import io.faultline.api.sdei.SdeiFunction;

/**
 * An SDEI client on one vCPU, for scenarios to which SDEI is a means and not the subject. Each method makes the call of
 * the same name by {@code HVC #0} and returns its result.
 *
 * @since 0.1
 */
public final class SdeiGuest {
    private final SteppingGuestCpu cpu;

    /**
     * Makes a client.
     *
     * @param cpu the vCPU, at EL1 whenever a method is called
     */
    public SdeiGuest(SteppingGuestCpu cpu) {
        this.cpu = cpu;
    }

    /**
     * Makes any call that returns.
     *
     * @param function the function
     * @param arguments X1 and so on
     * @return X0
     */
    public long call(SdeiFunction function, long... arguments) {
        return cpu.call(function.id(), arguments);
    }

    /**
     * SDEI_EVENT_REGISTER with a handler lane of this vCPU and routing to any PE.
     *
     * @param event event number
     * @param lane handler lane, 0 to 3
     * @param argument handed to the handler in X1
     * @return the result
     */
    public long register(long event, int lane, long argument) {
        return register(event, cpu.layout().handler(lane), argument, 0, 0);
    }

    /**
     * SDEI_EVENT_REGISTER.
     *
     * @param event event number
     * @param entry entry point
     * @param argument handed to the handler in X1
     * @param flags routing mode and reserved bits
     * @param affinity target for a shared event with routing to one PE
     * @return the result
     */
    public long register(long event, long entry, long argument, long flags, long affinity) {
        return call(SdeiFunction.EVENT_REGISTER, event, entry, argument, flags, affinity);
    }

    /**
     * SDEI_EVENT_ENABLE.
     *
     * @param event event number
     * @return the result
     */
    public long enable(long event) {
        return call(SdeiFunction.EVENT_ENABLE, event);
    }

    /**
     * SDEI_EVENT_DISABLE.
     *
     * @param event event number
     * @return the result
     */
    public long disable(long event) {
        return call(SdeiFunction.EVENT_DISABLE, event);
    }

    /**
     * SDEI_EVENT_UNREGISTER.
     *
     * @param event event number
     * @return the result
     */
    public long unregister(long event) {
        return call(SdeiFunction.EVENT_UNREGISTER, event);
    }

    /**
     * SDEI_PE_MASK.
     *
     * @return the result
     */
    public long mask() {
        return call(SdeiFunction.PE_MASK);
    }

    /**
     * SDEI_PE_UNMASK.
     *
     * @return the result
     */
    public long unmask() {
        return call(SdeiFunction.PE_UNMASK);
    }

    /**
     * SDEI_EVENT_SIGNAL of event 0.
     *
     * @param affinity target
     * @return the result
     */
    public long signal(long affinity) {
        return call(SdeiFunction.EVENT_SIGNAL, Sdei.EVENT_SOFTWARE_SIGNALLED, affinity);
    }

    /**
     * SDEI_EVENT_SIGNAL of event 0 to this vCPU itself.
     *
     * @return the result
     */
    public long signalSelf() {
        return signal(cpu.vcpu().affinity().mpidr());
    }

    /**
     * SDEI_PRIVATE_RESET.
     *
     * @return the result
     */
    public long privateReset() {
        return call(SdeiFunction.PRIVATE_RESET);
    }

    /**
     * SDEI_EVENT_COMPLETE, whatever comes of it.
     *
     * @param status 0 handled, 1 failed
     * @return what happened
     */
    public GuestStep complete(long status) {
        return cpu.callStep(SdeiFunction.EVENT_COMPLETE.id(), status);
    }

    /**
     * SDEI_EVENT_COMPLETE_AND_RESUME, whatever comes of it.
     *
     * @param address where to go on
     * @return what happened
     */
    public GuestStep completeAndResume(long address) {
        return cpu.callStep(SdeiFunction.EVENT_COMPLETE_AND_RESUME.id(), address);
    }

    /**
     * Registers and enables an event and unmasks the PE; all three have to succeed.
     *
     * @param event event number
     * @param lane handler lane, 0 to 3
     * @param argument handed to the handler in X1
     */
    public void arm(long event, int lane, long argument) {
        Scenario scenario = cpu.rig().scenario();
        String name = " of event " + Scenario.hex(event);
        scenario.expectEqual("EVENT_REGISTER" + name, Sdei.SUCCESS, register(event, lane, argument));
        scenario.expectEqual("EVENT_ENABLE" + name, Sdei.SUCCESS, enable(event));
        scenario.expectEqual("PE_UNMASK", Sdei.SUCCESS, unmask());
    }

    /**
     * Gives a due event the chance to be dispatched, which has to lead to a handler lane.
     *
     * @param lane handler lane, 0 to 3
     */
    public void expectHandler(int lane) {
        cpu.rig()
                .scenario()
                .expectDiverted(
                        "dispatch to handler lane " + lane,
                        cpu.settle(),
                        cpu.layout().handler(lane));
    }
}
