/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Checks as values: a rule id and a plain function over a scenario.
 *
 * <p>How to write one. Pick a rule from the data files in {@code io/faultline/conformance/rule}. Write a static method
 * {@code void nameOfTheBehaviour(Scenario s)} in the class of its section (packages {@code sdei}, {@code pagefault} and
 * {@code contract}), add a line to the {@code GROUP} table of that class, and delete the line {@code unchecked} of the
 * rule:
 *
 * <pre>{@code
 * public static final CheckGroup GROUP = CheckGroup.of(
 *         "SDEI: unregister and status",
 *         Check.of("SDEI-057", UnregisterChecks::unregisters).cut());
 *
 * private static void unregisters(Scenario s) {
 *     SdeiClient guest = SdeiClient.boot(s);
 *     guest.register(SdeiClient.EVENT_0);
 *     guest.expect(Sdei.SUCCESS, SdeiFunction.EVENT_UNREGISTER, SdeiClient.EVENT_0);
 *     guest.expectStatus(SdeiClient.EVENT_0, 0);
 * }
 * }</pre>
 *
 * <p>A check demands what its rule says and nothing more; where the rule leaves a choice, it accepts every choice. What
 * the guest does is an instruction that a vCPU executes. What the VMM does is a call of the API. If the rule is about
 * something that may not come about (a notification, a preemption), the check declares a witness and says
 * {@code s.witness(...)} when it has come about: not witnessed is inconclusive, not passed.
 *
 * @since 0.1
 */
package io.faultline.conformance.check;
