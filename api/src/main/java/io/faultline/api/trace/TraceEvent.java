/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.trace;

import io.faultline.api.arm64.AccessKind;

/**
 * Something that happened in a machine.
 *
 * @since 0.1
 */
public sealed interface TraceEvent {
    /**
     * Returns the stable name of this kind of event.
     *
     * @return lower-case letters, digits and underscores
     */
    String name();

    /**
     * An exception was taken to a level whose vectors are guest code.
     *
     * @param vcpu index of the vCPU
     * @param from exception level it was taken from, 0 to 3
     * @param to exception level it was taken to, 1 to 3
     * @param vector address of the vector
     * @param syndrome ESR of the target level, or 0 for interrupts
     * @param returnAddress ELR of the target level
     */
    record ExceptionEntry(int vcpu, int from, int to, long vector, long syndrome, long returnAddress)
            implements TraceEvent {
        @Override
        public String name() {
            return "exception_entry";
        }
    }

    /**
     * An ERET was executed.
     *
     * @param vcpu index of the vCPU
     * @param from exception level of the ERET
     * @param to exception level after it
     * @param pc address execution goes on at
     */
    record ExceptionReturn(int vcpu, int from, int to, long pc) implements TraceEvent {
        @Override
        public String name() {
            return "exception_return";
        }
    }

    /**
     * The guest read an interrupt acknowledge register.
     *
     * @param vcpu index of the vCPU
     * @param intid INTID that was read, 1023 for spurious
     */
    record InterruptAcknowledged(int vcpu, int intid) implements TraceEvent {
        @Override
        public String name() {
            return "interrupt_acknowledged";
        }
    }

    /**
     * The guest made a firmware or hypervisor call and it returned.
     *
     * @param vcpu index of the vCPU
     * @param function SMCCC function identifier
     * @param argument X1 of the call
     * @param result X0 after the call
     */
    record GuestCall(int vcpu, int function, long argument, long result) implements TraceEvent {
        @Override
        public String name() {
            return "guest_call";
        }
    }

    /**
     * An access faulted in stage 2.
     *
     * @param vcpu index of the vCPU
     * @param address intermediate physical address, bytes
     * @param access kind of the access
     * @param stage1Walk whether it was made by a stage 1 table walk
     */
    record Stage2Abort(int vcpu, long address, AccessKind access, boolean stage1Walk) implements TraceEvent {
        @Override
        public String name() {
            return "stage2_abort";
        }
    }

    /**
     * An SDEI handler was entered.
     *
     * @param vcpu index of the vCPU
     * @param event SDEI event number
     * @param interruptedPc X2 of the handler
     * @param interruptedPstate X3 of the handler
     */
    record SdeiDispatched(int vcpu, int event, long interruptedPc, long interruptedPstate) implements TraceEvent {
        @Override
        public String name() {
            return "sdei_dispatched";
        }
    }

    /**
     * An SDEI handler ended.
     *
     * @param vcpu index of the vCPU
     * @param event SDEI event number
     * @param resumed true for COMPLETE_AND_RESUME
     * @param pc address execution goes on at
     */
    record SdeiCompleted(int vcpu, int event, boolean resumed, long pc) implements TraceEvent {
        @Override
        public String name() {
            return "sdei_completed";
        }
    }

    /**
     * The page source was asked for a page.
     *
     * @param vcpu index of the vCPU that needs it, or -1
     * @param page address of the page
     */
    record PageInStarted(int vcpu, long page) implements TraceEvent {
        @Override
        public String name() {
            return "page_in_started";
        }
    }

    /**
     * The page source answered.
     *
     * @param page address of the page
     * @param outcome resident, failed or poisoned
     */
    record PageInFinished(long page, String outcome) implements TraceEvent {
        @Override
        public String name() {
            return "page_in_finished";
        }
    }

    /**
     * The guest was told that a page is not present.
     *
     * @param vcpu index of the vCPU
     * @param page address of the page
     * @param token token of the fault
     */
    record PageNotPresent(int vcpu, long page, long token) implements TraceEvent {
        @Override
        public String name() {
            return "apf_not_present";
        }
    }

    /**
     * A fault was not announced.
     *
     * @param vcpu index of the vCPU
     * @param page address of the page
     * @param veto name of the veto
     */
    record PageFaultVetoed(int vcpu, long page, String veto) implements TraceEvent {
        @Override
        public String name() {
            return "apf_vetoed";
        }
    }

    /**
     * A vCPU faulted again on a page that is already on its way.
     *
     * @param vcpu index of the vCPU
     * @param page address of the page
     */
    record PageFaultRepeated(int vcpu, long page) implements TraceEvent {
        @Override
        public String name() {
            return "apf_repeated_fault";
        }
    }

    /**
     * The guest was shown that a page is ready.
     *
     * @param vcpu index of the vCPU
     * @param token token of the fault, or all ones for wake-all
     */
    record PageReady(int vcpu, long token) implements TraceEvent {
        @Override
        public String name() {
            return "apf_ready";
        }
    }

    /**
     * The guest acknowledged a ready notification.
     *
     * @param vcpu index of the vCPU
     * @param token token that was shown
     */
    record PageReadyAcknowledged(int vcpu, long token) implements TraceEvent {
        @Override
        public String name() {
            return "apf_acknowledged";
        }
    }

    /**
     * A fault came to its end.
     *
     * @param vcpu index of the vCPU
     * @param token token of the fault, or 0 if it was never announced
     * @param completion how: ready, wake-all, silent or the reason of the cancellation
     */
    record PageFaultCompleted(int vcpu, long token, String completion) implements TraceEvent {
        @Override
        public String name() {
            return "apf_completed";
        }
    }

    /**
     * The VMM injected an event.
     *
     * @param vcpu index of the target vCPU, or -1 for none in particular
     * @param channel the channel
     * @param outcome what became of it
     */
    record NotificationInjected(int vcpu, String channel, String outcome) implements TraceEvent {
        @Override
        public String name() {
            return "notification_injected";
        }
    }

    /**
     * A vCPU was turned on or off, or the machine was.
     *
     * @param vcpu index of the vCPU, or -1 for the machine
     * @param state on, off, system-off or system-reset
     */
    record PowerStateChanged(int vcpu, String state) implements TraceEvent {
        @Override
        public String name() {
            return "power_state";
        }
    }
}
