/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei.policy;

/**
 * Questions about how handlers are entered, left and chosen.
 *
 * @since 0.1
 */
public sealed interface DispatchChoice extends Choice
        permits DispatchChoice.EntryRegisters,
                DispatchChoice.EntryPstate,
                DispatchChoice.ResumePstate,
                DispatchChoice.Order,
                DispatchChoice.AnyTaker,
                DispatchChoice.MaskedTrigger,
                DispatchChoice.OfflineTarget,
                DispatchChoice.HeldInterrupts {
    /** X4 to X17 at handler entry (SDEI-133; sdei.md 1.4, item 6). */
    enum EntryRegisters implements DispatchChoice {
        /** As interrupted (TF-A; Linux relies on it). */
        KEPT,
        /** Zero (KVM series). */
        ZEROED
    }

    /** PSTATE at handler entry (SDEI-137 to 141; 1.4, item 7). */
    enum EntryPstate implements DispatchChoice {
        /** By the rule of exception entry. */
        ARCHITECTED,
        /** As interrupted but for level, stack pointer and DAIF (KVM series, QEMU series). */
        INHERIT
    }

    /** PSTATE after COMPLETE_AND_RESUME beyond level, stack pointer and DAIF (SDEI-156; 1.4, item 8). */
    enum ResumePstate implements DispatchChoice {
        /** By the rule of exception entry, from the interrupted PSTATE. */
        ENTRY,
        /** All other bits zero (TF-A). */
        CLEAR,
        /** All other bits as interrupted (KVM series). */
        INHERIT
    }

    /** The order of eligible events of the same class (SDEI-120). */
    enum Order implements DispatchChoice {
        /** Lowest event number first (KVM series). */
        LOWEST,
        /** Highest event number first. */
        HIGHEST
    }

    /** The PE that takes a shared event routed to any PE (SDEI-076). */
    enum AnyTaker implements DispatchChoice {
        /** The one that the source asked for, if it can; else the one with the lowest index that can. */
        ASKED,
        /** The one with the lowest index that can. */
        LOWEST,
        /** The next one that can after the one that took this event last. */
        ROTATE
    }

    /** What becomes of a trigger of event 0 on a PE that is masked (1.4, item 16). */
    enum MaskedTrigger implements DispatchChoice {
        /** It is latched and taken after PE_UNMASK. */
        PEND,
        /** It is lost (an oddity of TF-A). */
        LOST
    }

    /** What becomes of a trigger of a shared event whose only PE is off (SDEI-179). */
    enum OfflineTarget implements DispatchChoice {
        /** It is latched until CPU_ON and PE_UNMASK. */
        PEND,
        /** It is lost. */
        LOST
    }

    /** Whether interrupts are held back while a handler runs that has unmasked them (sdei.md 3.6). */
    enum HeldInterrupts implements DispatchChoice {
        /** They are taken: PSTATE is what holds them back (KVM series). */
        TAKEN,
        /** They are not: to the interrupt controller the handler has the highest priority (TF-A). */
        HELD
    }
}
