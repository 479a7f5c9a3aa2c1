/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei.policy;

/**
 * Questions about what calls answer.
 *
 * @since 0.1
 */
public sealed interface CallChoice extends Choice
        permits CallChoice.Signaled,
                CallChoice.SignalNotReady,
                CallChoice.SignalTarget,
                CallChoice.MaskResult,
                CallChoice.ResultRegisters,
                CallChoice.CompleteOutside,
                CallChoice.EnableUnregistered,
                CallChoice.EnableAgain,
                CallChoice.Reset,
                CallChoice.PendingStatus,
                CallChoice.AnyAffinity,
                CallChoice.ZeroEntry,
                CallChoice.AddressCheck,
                CallChoice.ResumeAddress,
                CallChoice.ContextOrder,
                CallChoice.StatusCheck,
                CallChoice.PrivateAffinity {
    /** What EVENT_GET_INFO says of EV_SIGNALED (SDEI-026; 1.4, item 2). */
    enum Signaled implements CallChoice {
        /** 0 for event 0, which can be signalled, 1 for all others (TF-A, ACS). */
        ZERO("0"),
        /** 1 for event 0, 0 for all others (QEMU series). */
        ONE("1"),
        /** 1 for every event (KVM series). */
        ALWAYS_ONE("always-1");

        private final String text;

        Signaled(String text) {
            this.text = text;
        }

        @Override
        public String text() {
            return text;
        }
    }

    /** What becomes of EVENT_SIGNAL to a PE that cannot take event 0 now (SDEI-110; 1.4, item 3). */
    enum SignalNotReady implements CallChoice {
        /** INVALID_PARAMETERS, nothing is latched (TF-A since October 2024). */
        REFUSE,
        /** Latched if event 0 is registered there, INVALID_PARAMETERS otherwise (KVM series, QEMU series). */
        PEND,
        /** SUCCESS in any case; latched if event 0 is registered there (TF-A before). */
        ACCEPT
    }

    /** Which PE EVENT_SIGNAL is for (1.4, item 3). */
    enum SignalTarget implements CallChoice {
        /** The one that the caller names. */
        NAMED,
        /** The caller itself, whatever it names (KVM series). */
        CALLER
    }

    /** What PE_MASK returns (SDEI-078; 1.4, item 4). */
    enum MaskResult implements CallChoice {
        /** 1 if the PE was not masked before, 0 if it was. */
        CHANGE,
        /** Always 0 (KVM series). */
        ZERO
    }

    /** What X1 to X3 hold after a call that returns (SDEI-008). */
    enum ResultRegisters implements CallChoice {
        /** What they held before (TF-A). */
        KEPT,
        /** Zero (KVM series). */
        ZEROED
    }

    /** What the completion calls answer where no handler runs (1.4, item 9). */
    enum CompleteOutside implements CallChoice {
        /** DENIED (SDEI-150). */
        DENIED,
        /** Nothing: X0 is still the function identifier (KVM series). */
        UNANSWERED
    }

    /** What EVENT_ENABLE and EVENT_DISABLE answer for an event that is not registered (1.4, item 10). */
    enum EnableUnregistered implements CallChoice {
        /** DENIED (SDEI-049). */
        DENIED,
        /** INVALID_PARAMETERS (QEMU series). */
        INVALID
    }

    /** What EVENT_ENABLE answers for an event that is enabled (1.4, item 11). */
    enum EnableAgain implements CallChoice {
        /** SUCCESS (SDEI-051). */
        SUCCESS,
        /** DENIED (early KVM series). */
        DENIED
    }

    /** What a reset call does while a handler runs (SDEI-170; 1.4, item 12). */
    enum Reset implements CallChoice {
        /** DENIED, and nothing was changed. */
        ATOMIC,
        /** DENIED, but idle events were unregistered and running ones wait to be (TF-A). */
        PARTIAL,
        /** SUCCESS: running events wait to be unregistered (KVM series). */
        FORCED
    }

    /** What EVENT_STATUS says of an event that is unregistered while its handler runs (1.4, item 13). */
    enum PendingStatus implements CallChoice {
        /** Running only (SDEI-059). */
        RUNNING,
        /** Running and registered (QEMU series). */
        REGISTERED
    }

    /** What EVENT_GET_INFO answers for the affinity of an event routed to any PE (SDEI-030; 1.4, item 14). */
    enum AnyAffinity implements CallChoice {
        /** INVALID_PARAMETERS (TF-A, QEMU series). */
        INVALID,
        /** The affinity of PE 0, which means nothing. */
        VALUE
    }

    /** Whether entry point 0 is acceptable (SDEI-043; 1.4, item 15). */
    enum ZeroEntry implements CallChoice {
        /** INVALID_PARAMETERS (TF-A). */
        REFUSE,
        /** Accepted (KVM series, QEMU series). */
        ACCEPT
    }

    /** How deeply entry points and resume addresses are looked at. */
    enum AddressCheck implements CallChoice {
        /** They must be multiples of 4. */
        ALIGNED,
        /** Not at all (KVM series; TF-A on platforms without a hook). */
        NONE,
        /** They must be multiples of 4 that the translation of the caller maps (Arm's own platforms of TF-A). */
        TRANSLATED
    }

    /** The error for a resume address that cannot be executed (SDEI-164). */
    enum ResumeAddress implements CallChoice {
        /** INVALID_PARAMETERS. */
        INVALID,
        /** DENIED (TF-A). */
        DENIED
    }

    /** Which test EVENT_CONTEXT makes first. */
    enum ContextOrder implements CallChoice {
        /** The register number: INVALID_PARAMETERS before DENIED (TF-A). */
        REGISTER_FIRST,
        /** The running handler: DENIED before INVALID_PARAMETERS (KVM series). */
        HANDLER_FIRST
    }

    /** What EVENT_COMPLETE does with a status other than 0 and 1 (SDEI-152). */
    enum StatusCheck implements CallChoice {
        /** Completes, as with EV_FAILED (TF-A). */
        IGNORE,
        /** INVALID_PARAMETERS; the handler goes on. */
        REFUSE
    }

    /** Whether EVENT_REGISTER looks at the affinity argument for a private event (SDEI-042). */
    enum PrivateAffinity implements CallChoice {
        /** With RM_PE, a bad affinity is INVALID_PARAMETERS (TF-A). */
        CHECK,
        /** It is ignored. */
        IGNORE
    }
}
