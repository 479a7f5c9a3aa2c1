/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The SDEI dispatcher of a machine, and what other parts of the hypervisor may do with it.
 *
 * <p>What is remembered is in {@link io.faultline.backend.kvm.sdei.SdeiState}, without rules. Each rule is an object of its
 * own behind a small interface, with one implementation whose name begins with {@code Standard}:
 *
 * <table>
 * <caption>The parts</caption>
 * <tr><th>part</th><th>decides</th></tr>
 * <tr><td>{@link io.faultline.backend.kvm.sdei.CallDecoration}</td><td>which object answers each of the 19 calls</td></tr>
 * <tr><td>{@link io.faultline.backend.kvm.sdei.HandlerTransitions}</td><td>result and next state of an operation</td></tr>
 * <tr><td>{@link io.faultline.backend.kvm.sdei.Registration}</td><td>what comes and goes with a handler</td></tr>
 * <tr><td>{@link io.faultline.backend.kvm.sdei.AddressCheck}</td><td>which addresses are accepted</td></tr>
 * <tr><td>{@link io.faultline.backend.kvm.sdei.TriggerLatch}</td><td>what becomes of a trigger</td></tr>
 * <tr><td>{@link io.faultline.backend.kvm.sdei.PeMask}</td><td>the mask of a PE</td></tr>
 * <tr><td>{@link io.faultline.backend.kvm.sdei.Eligibility}</td><td>whether an event may be dispatched on a PE</td></tr>
 * <tr><td>{@link io.faultline.backend.kvm.sdei.RoutingRules}</td><td>which PE takes a shared event</td></tr>
 * <tr><td>{@link io.faultline.backend.kvm.sdei.DispatchRules}</td><td>which event a PE takes next</td></tr>
 * <tr><td>{@link io.faultline.backend.kvm.sdei.Reevaluation}</td><td>when PEs look for events again</td></tr>
 * <tr><td>{@link io.faultline.backend.kvm.sdei.HandlerEntry}</td><td>registers at handler entry</td></tr>
 * <tr><td>{@link io.faultline.backend.kvm.sdei.Completion}</td><td>registers after a handler</td></tr>
 * <tr><td>{@link io.faultline.backend.kvm.sdei.PowerRules}</td><td>what turning a PE on and off does</td></tr>
 * <tr><td>{@link io.faultline.backend.kvm.sdei.ImmediateRules}</td><td>whether an event can be taken at once</td></tr>
 * <tr><td>{@link io.faultline.backend.kvm.sdei.SdeiStateCodec}</td><td>the saved form</td></tr>
 * </table>
 *
 * <p>{@link io.faultline.backend.kvm.sdei.SdeiModule} binds them. To break or observe one, override its binding; a
 * replacement that wraps the original has the {@code Standard} class injected.
 *
 * @since 0.1
 */
package io.faultline.backend.kvm.sdei;
