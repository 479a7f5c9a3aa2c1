/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei.policy;

import io.faultline.api.spi.Setting;
import java.util.List;
import java.util.Map;

/**
 * A question with its key and its answers.
 *
 * @param key key of the setting
 * @param answers every answer, the default first
 * @param description one sentence for whoever lists the settings
 */
record Question(String key, List<? extends Choice> answers, String description) {
    /** Every question but those with a number for an answer, in the order of the documentation. */
    static final List<Question> ALL = List.of(
            ask(
                    "dispatcher",
                    OfferChoice.Dispatcher.values(),
                    "Whether the guest has an SDEI dispatcher; without one every call returns -1."),
            ask(
                    "conduit",
                    OfferChoice.Conduit.values(),
                    "Instruction by which the guest calls the dispatcher; the other one gets -1."),
            ask("version", OfferChoice.Version.values(), "Version that SDEI_VERSION returns."),
            ask(
                    "vendor",
                    OfferChoice.Vendor.values(),
                    "Vendor-defined part of SDEI_VERSION: zero, or the letters KVM (0x4b564d)."),
            ask(
                    "relative-mode",
                    OfferChoice.RelativeMode.values(),
                    "Whether a client of version 1.1 may give entry points relative to its VBAR."),
            ask(
                    "no-slots",
                    OfferChoice.NoSlots.values(),
                    "INTERRUPT_BIND and INTERRUPT_RELEASE when there are no slots at all: -1, or as if all were taken."),
            ask(
                    "signaled-value",
                    CallChoice.Signaled.values(),
                    "EV_SIGNALED of event 0, which can be signalled; other events give the opposite, or 1 as well."),
            ask(
                    "signal-not-ready",
                    CallChoice.SignalNotReady.values(),
                    "EVENT_SIGNAL to a PE that is masked, or where event 0 is disabled or unregistered: -2; latched if"
                            + " registered, else -2; or 0 and latched if registered."),
            ask(
                    "signal-target",
                    CallChoice.SignalTarget.values(),
                    "PE that EVENT_SIGNAL is for: the one that is named, or always the caller."),
            ask(
                    "mask-result",
                    CallChoice.MaskResult.values(),
                    "PE_MASK: 1 if it changed something and else 0, or always 0."),
            ask(
                    "result-registers",
                    CallChoice.ResultRegisters.values(),
                    "X1 to X3 after a call that returns: as before, or zero."),
            ask(
                    "complete-outside",
                    CallChoice.CompleteOutside.values(),
                    "EVENT_COMPLETE and EVENT_COMPLETE_AND_RESUME where no handler runs: -3, or X0 is left alone."),
            ask(
                    "enable-unregistered",
                    CallChoice.EnableUnregistered.values(),
                    "EVENT_ENABLE and EVENT_DISABLE of an event that is not registered: -3 or -2."),
            ask("enable-again", CallChoice.EnableAgain.values(), "EVENT_ENABLE of an event that is enabled: 0 or -3."),
            ask(
                    "reset",
                    CallChoice.Reset.values(),
                    "PRIVATE_RESET and SHARED_RESET while a handler runs: -3 without any effect, -3 after unregistering"
                            + " what can be, or 0 after that."),
            ask(
                    "pending-status",
                    CallChoice.PendingStatus.values(),
                    "EVENT_STATUS after EVENT_UNREGISTER in the handler: running, or running and registered."),
            ask(
                    "any-affinity",
                    CallChoice.AnyAffinity.values(),
                    "EVENT_GET_INFO of the affinity of an event routed to any PE: -2, or some affinity."),
            ask("zero-entry", CallChoice.ZeroEntry.values(), "EVENT_REGISTER with entry point 0: -2, or accepted."),
            ask(
                    "address-check",
                    CallChoice.AddressCheck.values(),
                    "What entry points and resume addresses must be: multiples of 4, anything, or multiples of 4 that the"
                            + " caller has mapped."),
            ask(
                    "resume-address",
                    CallChoice.ResumeAddress.values(),
                    "COMPLETE_AND_RESUME to an address that fails the check: -2 or -3."),
            ask(
                    "context-check-order",
                    CallChoice.ContextOrder.values(),
                    "EVENT_CONTEXT of a bad register outside a handler: -2 or -3."),
            ask(
                    "status-check",
                    CallChoice.StatusCheck.values(),
                    "EVENT_COMPLETE with a status other than 0 and 1: completes as failed, or -2."),
            ask(
                    "private-affinity",
                    CallChoice.PrivateAffinity.values(),
                    "EVENT_REGISTER of a private event with RM_PE and a bad affinity: -2, or accepted."),
            ask(
                    "entry-registers",
                    DispatchChoice.EntryRegisters.values(),
                    "X4 to X17 at handler entry: as interrupted, or zero."),
            ask(
                    "entry-pstate",
                    DispatchChoice.EntryPstate.values(),
                    "PSTATE at handler entry beyond level, stack pointer and DAIF: by the rule of exception entry, or as"
                            + " interrupted."),
            ask(
                    "resume-pstate",
                    DispatchChoice.ResumePstate.values(),
                    "PSTATE after COMPLETE_AND_RESUME beyond level, stack pointer and DAIF: by the rule of exception"
                            + " entry, zero, or as interrupted."),
            ask(
                    "order",
                    DispatchChoice.Order.values(),
                    "Event number that goes first among eligible events of one priority."),
            ask(
                    "rm-any",
                    DispatchChoice.AnyTaker.values(),
                    "PE that takes a shared event routed to any: the one that the source asked for, the lowest index, or"
                            + " in turn."),
            ask(
                    "masked-trigger",
                    DispatchChoice.MaskedTrigger.values(),
                    "A trigger of event 0 on a PE that is masked: latched, or lost."),
            ask(
                    "offline-target",
                    DispatchChoice.OfflineTarget.values(),
                    "A trigger of a shared event routed to a PE that is off: latched, or lost."),
            ask(
                    "held-interrupts",
                    DispatchChoice.HeldInterrupts.values(),
                    "Interrupts while a handler runs that has unmasked them: taken, or held back to its end."));

    private static final String PREFIX = "sdei.";

    Question {
        key = PREFIX + key;
    }

    private static Question ask(String key, Choice[] answers, String description) {
        return new Question(key, List.of(answers), description);
    }

    Setting setting() {
        String[] texts = answers.stream().map(Choice::text).toArray(String[]::new);
        return Setting.choice(key, description, texts);
    }

    /** The answer in a configuration that was checked against the settings. */
    Choice answer(Map<String, String> values) {
        String text = values.getOrDefault(key, answers.get(0).text());
        return answers.stream()
                .filter(answer -> answer.text().equals(text))
                .findFirst()
                .orElseThrow();
    }
}
