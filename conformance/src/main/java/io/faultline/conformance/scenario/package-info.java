/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What checks work with: machines built by the backend under test, guest programs that execute one real instruction at
 * a time, scripted page sources, demands and witnesses.
 *
 * <p>Begin at {@link io.faultline.conformance.scenario.Scenario}. {@link io.faultline.conformance.scenario.Rig} is one
 * machine, {@link io.faultline.conformance.scenario.SteppingGuestCpu} a guest program on one of its vCPUs,
 * {@link io.faultline.conformance.scenario.SdeiGuest} and {@link io.faultline.conformance.scenario.PageFaultGuest} are
 * clients of the two services. {@link io.faultline.conformance.scenario.GuestLayout} says where everything is.
 *
 * @since 0.1
 */
package io.faultline.conformance.scenario;
