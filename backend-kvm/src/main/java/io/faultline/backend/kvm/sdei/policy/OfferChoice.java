/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei.policy;

/**
 * Questions about what is offered at all.
 *
 * @since 0.1
 */
public sealed interface OfferChoice extends Choice
        permits OfferChoice.Dispatcher,
                OfferChoice.Conduit,
                OfferChoice.Version,
                OfferChoice.Vendor,
                OfferChoice.RelativeMode,
                OfferChoice.NoSlots {
    /** Whether there is a dispatcher. */
    enum Dispatcher implements OfferChoice {
        /** There is one. */
        PRESENT,
        /** Every call returns NOT_SUPPORTED (SDEI-011). */
        ABSENT
    }

    /** The instruction by which the dispatcher can be called (SDEI-010). */
    enum Conduit implements OfferChoice {
        /** HVC and SMC, with the same effect. */
        BOTH,
        /** HVC only. */
        HVC,
        /** SMC only. */
        SMC
    }

    /** The version of the interface (SDEI-014; sdei.md 1.4, item 1). */
    enum Version implements OfferChoice {
        /** SDEI 1.0. */
        V1_0("1.0"),
        /** SDEI 1.1. */
        V1_1("1.1");

        private final String text;

        Version(String text) {
            this.text = text;
        }

        @Override
        public String text() {
            return text;
        }
    }

    /** The vendor-defined part of the version. */
    enum Vendor implements OfferChoice {
        /** Zero. */
        NONE,
        /** The letters KVM, 0x4B564D. */
        KVM
    }

    /** Whether entry points may be given relative to VBAR of the client (sdei.md 3.8). */
    enum RelativeMode implements OfferChoice {
        /** FEATURES says no, and the flag of EVENT_REGISTER is a reserved bit. */
        ABSENT,
        /** With version 1.1, FEATURES says yes; the base is VBAR of the client at the time of dispatch. */
        PRESENT
    }

    /** What the calls for binding answer if there is no slot of either kind. */
    enum NoSlots implements OfferChoice {
        /** NOT_SUPPORTED: there is no binding (KVM series). */
        NOT_SUPPORTED,
        /** As if all slots were taken: OUT_OF_RESOURCE (TF-A). */
        OUT_OF_RESOURCE
    }
}
