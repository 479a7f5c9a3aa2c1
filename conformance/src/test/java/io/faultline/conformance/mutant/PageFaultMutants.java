/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static io.faultline.conformance.mutant.PageFaultParts.area;
import static io.faultline.conformance.mutant.PageFaultParts.call;
import static io.faultline.conformance.mutant.PageFaultParts.control;
import static io.faultline.conformance.mutant.PageFaultParts.notPresent;
import static io.faultline.conformance.mutant.PageFaultParts.policy;
import static io.faultline.conformance.mutant.PageFaultParts.ready;
import static io.faultline.conformance.mutant.PageFaultParts.tokens;
import static io.faultline.conformance.mutant.PageFaultParts.withoutVeto;

import io.faultline.api.arm64.Smccc;
import io.faultline.api.pagefault.Veto;
import io.faultline.backend.core.pagefault.FaultContext;
import io.faultline.backend.core.pagefault.GuestReply;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.kvm.pagefault.ApfFunction;
import io.faultline.backend.kvm.pagefault.ApfReply;
import io.faultline.backend.kvm.pagefault.AreaAccess;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Bugs in asynchronous page faults: tokens, vetoes, the two notifications, policy, area, control and calls. */
final class PageFaultMutants {
    static final List<Mutant> ALL = List.of(
            // Tokens
            tokens("the-first-token-is-zero", "APF-037", "a token that is not 0", (fault, right) -> {
                long token = right.orElseThrow();
                return OptionalLong.of(token >>> 12 == 1 ? 0 : token);
            }),
            tokens(
                    "tokens-reach-all-ones",
                    "APF-038",
                    "a token that is not the wake-all",
                    (fault, right) -> OptionalLong.of(0xFFFF_FFFFL)),
            tokens(
                    "tokens-are-reused",
                    "APF-039",
                    "number of different tokens",
                    (fault, right) -> OptionalLong.of(0x5000)),
            tokens(
                    "tokens-are-those-of-vcpu-0",
                    "APF-076",
                    "the tokens of the two vCPUs differ",
                    (fault, right) -> OptionalLong.of(right.orElseThrow() & ~0xFFFL)),

            // Vetoes
            withoutVeto(
                    "supervisor-faults-are-announced",
                    "APF-047",
                    "an access of EL1, which is not announced",
                    Veto.SUPERVISOR_MODE),
            notPresent(
                    "masked-events-are-announced",
                    "APF-050",
                    "count of veto event-masked",
                    right -> new PageFaultParts.Route(right) {
                        @Override
                        public Optional<Veto> obstacle(FaultContext fault) {
                            return super.obstacle(fault).filter(veto -> veto != Veto.EVENT_MASKED);
                        }
                    }),
            notPresent(
                    "announced-inside-a-handler",
                    "APF-051",
                    "count of veto handler-running",
                    right -> new PageFaultParts.Route(right) {
                        @Override
                        public Optional<Veto> obstacle(FaultContext fault) {
                            return super.obstacle(fault).filter(veto -> veto != Veto.HANDLER_RUNNING);
                        }
                    }),
            notPresent(
                    "nothing-is-ever-announced",
                    "APF-071",
                    "which is announced",
                    right -> new PageFaultParts.Route(right) {
                        @Override
                        public Optional<Veto> obstacle(FaultContext fault) {
                            return Optional.of(Veto.EVENT_NOT_READY);
                        }
                    }),

            // Not present
            notPresent(
                    "not-present-carries-another-token",
                    "APF-041",
                    "ready notification",
                    right -> new PageFaultParts.Route(right) {
                        @Override
                        public boolean deliver(FaultContext fault, long token) {
                            return super.deliver(fault, token ^ 0x7000_0000L);
                        }
                    }),

            // Ready
            ready("ready-carries-another-token", "APF-041", "token of ready", right -> new PageFaultParts.Ready(right) {
                @Override
                public boolean show(int vcpu, long token) {
                    return super.show(vcpu, token == wakeAllToken() ? token : token + 0x1000);
                }
            }),
            ready("ready-is-lost", "APF-096", "ready notification", right -> new PageFaultParts.Ready(right) {
                @Override
                public boolean show(int vcpu, long token) {
                    return token != wakeAllToken() || super.show(vcpu, token);
                }
            }),
            ready("the-line-stays-high", "APF-104", "MSR ELR_EL1", right -> new PageFaultParts.Ready(right) {
                @Override
                public void acknowledged(int vcpu) {
                    // the bug: the line is not lowered
                }
            }),
            ready("wake-all-has-a-zero-bit", "APF-141", "WakeAll", right -> new PageFaultParts.Ready(right) {
                @Override
                public long wakeAllToken() {
                    return 0xFFFF_FFFEL;
                }
            }),

            // Policy
            policy("no-wake-all-on-enable", "APF-141", "wake-all", builder -> builder.wakeAllOnEnable(false)),
            policy(
                    "hidden-faults-are-shown",
                    "APF-090",
                    "after the page has come",
                    builder -> builder.hiddenCompletion(Policy.HiddenCompletion.SHOWN)),
            policy(
                    "answers-are-ignored",
                    "APF-081",
                    "after the page has come",
                    builder -> builder.decline(Policy.Decline.NONE)),
            policy(
                    "disabling-keeps-faults",
                    "APF-148",
                    "faults outstanding after disable",
                    builder -> builder.disableEffect(Policy.DisableEffect.KEEP)),
            policy("one-slot-too-many", "APF-132", "all slots in use", builder -> builder.limit(65)),
            policy("one-slot-too-few", "APF-005", "SLOTS and the capability", builder -> builder.limit(63)),
            policy(
                    "two-readies-at-a-time",
                    "APF-098",
                    "ready interrupt",
                    builder -> builder.readyCapacity(2).acknowledgement(Policy.Acknowledgement.CALL)),
            policy(
                    "failures-never-end",
                    "APF-093",
                    "failures, which is not announced",
                    builder -> builder.failureLimit(Integer.MAX_VALUE)),

            // Control
            control("an-acknowledgement-is-lost", "APF-103", "MSR ELR_EL1", right -> new PageFaultParts.Control(right) {
                @Override
                public void acknowledge(int vcpu) {
                    // the bug: nothing is freed and nothing is scanned
                }
            }),
            control(
                    "every-answer-means-synchronous",
                    "APF-082",
                    "ready notification",
                    right -> new PageFaultParts.Control(right) {
                        @Override
                        public void answer(int vcpu, long token, GuestReply reply) {
                            super.answer(vcpu, token, GuestReply.SYNCHRONOUS);
                        }
                    }),
            control(
                    "every-answer-means-asynchronous",
                    "APF-081",
                    "after the page has come",
                    right -> new PageFaultParts.Control(right) {
                        @Override
                        public void answer(int vcpu, long token, GuestReply reply) {
                            super.answer(vcpu, token, GuestReply.ASYNCHRONOUS);
                        }
                    }),
            control(
                    "disabling-does-nothing",
                    "APF-123",
                    "faults outstanding",
                    right -> new PageFaultParts.Control(right) {
                        @Override
                        public void disable(int vcpu) {
                            // the bug: outstanding faults go on
                        }
                    }),

            // Area
            area("any-address-is-an-area", "APF-013", "an area at 0x0", right -> new PageFaultParts.Area(right) {
                @Override
                public boolean isUsable(long address) {
                    return true;
                }
            }),
            area(
                    "words-in-use-are-overwritten",
                    "APF-034",
                    "while the words are in use",
                    right -> new PageFaultParts.Area(right) {
                        @Override
                        public boolean isFree(int vcpu) {
                            return true;
                        }
                    }),
            area("the-reason-is-always-ready", "APF-031", "reason 2", right -> new PageFaultParts.Area(right) {
                @Override
                public void write(int vcpu, int reason, long token) {
                    super.write(vcpu, AreaAccess.READY, token);
                }
            }),
            area(
                    "the-token-is-not-written",
                    "APF-032",
                    "notification after enabling",
                    right -> new PageFaultParts.Area(right) {
                        @Override
                        public void write(int vcpu, int reason, long token) {
                            super.write(vcpu, reason, reason == AreaAccess.READY ? 0x1000 : token);
                        }
                    }),

            // Calls
            call(
                    "version-is-zero",
                    "APF-004",
                    "X1 after VERSION",
                    ApfFunction.VERSION,
                    (arguments, right) -> ApfReply.value(0)),
            call(
                    "slots-promise-one-more",
                    "APF-005",
                    "SLOTS and the capability",
                    ApfFunction.SLOTS,
                    (arguments, right) -> ApfReply.value(65)),
            call(
                    "the-wrong-event-is-reported",
                    "APF-007",
                    "X1 after SDEI",
                    ApfFunction.SDEI,
                    (arguments, right) -> ApfReply.value(0x4040_0002L)),
            call(
                    "the-wrong-interrupt-is-reported",
                    "APF-006",
                    "X1 after IRQ",
                    ApfFunction.IRQ,
                    (arguments, right) -> ApfReply.value(24)),
            call(
                    "reserved-bits-are-ignored",
                    "APF-011",
                    "reserved bits",
                    ApfFunction.ENABLE,
                    (arguments, right) ->
                            right.execute(arguments.vcpu(), arguments.second() & ~0x3CL, arguments.third())),
            call(
                    "enabling-again-succeeds",
                    "APF-017",
                    "the same ENABLE while enabled",
                    ApfFunction.ENABLE,
                    (arguments, right) -> {
                        ApfReply reply = right.execute(arguments.vcpu(), arguments.second(), arguments.third());
                        return reply.status() == Smccc.NOT_REQUIRED && arguments.second() != 0
                                ? ApfReply.SUCCESS
                                : reply;
                    }),
            call(
                    "disabling-again-succeeds",
                    "APF-021",
                    "control 0 before any enable",
                    ApfFunction.ENABLE,
                    (arguments, right) -> {
                        ApfReply reply = right.execute(arguments.vcpu(), arguments.second(), arguments.third());
                        return reply.status() == Smccc.NOT_REQUIRED && arguments.second() == 0
                                ? ApfReply.SUCCESS
                                : reply;
                    }));

    private PageFaultMutants() {}
}
