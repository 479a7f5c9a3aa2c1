/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.sdei.Sdei;
import io.faultline.api.sdei.SdeiEventType;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.api.sdei.SdeiPriority;
import java.util.List;

/** A guest that uses SDEI, and whoever raises its events; the affinity of a processor is its index. */
public interface SdeiGuest {
    /** Private and normal, as the event of asynchronous page faults. */
    int PRIVATE = 0x4040_0001;
    /** Private and critical. */
    int PRIVATE_CRITICAL = 0x4040_0002;
    /** Shared and normal. */
    int SHARED = 0x100;
    /** Shared and critical. */
    int SHARED_CRITICAL = 0x101;
    /** Another private and normal one. */
    int OTHER = 0x4040_0003;
    /** No event at all. */
    int UNKNOWN = 0x1_0000;

    long ENTRY = 0xFFFF_8000_0001_0000L;

    List<EventDefinition> EVENTS = List.of(
            new EventDefinition(PRIVATE, SdeiEventType.PRIVATE, SdeiPriority.NORMAL),
            new EventDefinition(PRIVATE_CRITICAL, SdeiEventType.PRIVATE, SdeiPriority.CRITICAL),
            new EventDefinition(OTHER, SdeiEventType.PRIVATE, SdeiPriority.NORMAL),
            new EventDefinition(SHARED, SdeiEventType.SHARED, SdeiPriority.NORMAL),
            new EventDefinition(SHARED_CRITICAL, SdeiEventType.SHARED, SdeiPriority.CRITICAL));

    /** Makes a call on a processor and returns X0 after it. */
    long callNumber(int pe, int function, long... arguments);

    /** Lets a processor go on; returns true if a handler was entered instead of the next instruction. */
    boolean boundary(int pe);

    /** Raises an event from outside, as a VMM does. */
    DeliveryOutcome inject(int pe, int event);

    /** Sets a general-purpose register. */
    void x(int pe, int n, long value);

    /** Makes a call on a processor and returns X0 after it. */
    default long call(int pe, SdeiFunction function, long... arguments) {
        return callNumber(pe, function.id(), arguments);
    }

    default long register(int pe, int event) {
        return register(pe, event, ENTRY, 0);
    }

    default long register(int pe, int event, long entry, long argument) {
        return call(pe, SdeiFunction.EVENT_REGISTER, event, entry, argument, 0, 0);
    }

    default long enable(int pe, int event) {
        return call(pe, SdeiFunction.EVENT_ENABLE, event);
    }

    default long disable(int pe, int event) {
        return call(pe, SdeiFunction.EVENT_DISABLE, event);
    }

    default long unregister(int pe, int event) {
        return call(pe, SdeiFunction.EVENT_UNREGISTER, event);
    }

    default long status(int pe, int event) {
        return call(pe, SdeiFunction.EVENT_STATUS, event);
    }

    default long complete(int pe) {
        return call(pe, SdeiFunction.EVENT_COMPLETE, Sdei.HANDLED);
    }

    default long resume(int pe, long address) {
        return call(pe, SdeiFunction.EVENT_COMPLETE_AND_RESUME, address);
    }

    default long mask(int pe) {
        return call(pe, SdeiFunction.PE_MASK);
    }

    default long unmask(int pe) {
        return call(pe, SdeiFunction.PE_UNMASK);
    }

    default long signal(int pe, int target) {
        return call(pe, SdeiFunction.EVENT_SIGNAL, 0, target);
    }

    /** Registers and enables an event, and unmasks the PE. */
    default void arm(int pe, int event) {
        register(pe, event);
        enable(pe, event);
        unmask(pe);
    }

    /** Brings an event that nobody uses into one of its six states; the PE stays masked up to S3. */
    default void bring(int pe, int event, int state) {
        if (state == 0) {
            return;
        }
        register(pe, event);
        if (state == 1) {
            return;
        }
        enable(pe, event);
        if (state == 3) {
            return;
        }
        unmask(pe);
        inject(pe, event);
        if (!boundary(pe)) {
            throw new AssertionError("event " + event + " was not dispatched");
        }
        if (state == 5) {
            disable(pe, event);
        } else if (state == 4) {
            unregister(pe, event);
        }
    }
}
